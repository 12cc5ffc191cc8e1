"""Sentences of samples, of the red list and of weekly reviews."""

SENTENCES: dict[str, str] = {
    "point_unfit": "单位、邻里(监护人)按人登记,社区、派出所按司法所登记,请检查后再提交。",
    "point_name_needed": "请写明这个地点的名称。",
    "points_full": "登记的地点太多,请先停用不用的。",
    "sample_empty": "所选的范围里没有记录,请换一个时间段、机构、人员或项目。",
    "sample_closed": "这份记录的抽检已经办结。",
    "sample_not_asked": "这份记录没有等待答复的问题。",
    "sample_own_question": "提出问题的人不能自己答复。",
    "sample_own_record": "这份记录是您自己写的,请由其他人批注、提问或办结。",
    "sample_not_looked_at": "请先打开记录看过,再批注、提问或办结。",
    "sample_question_open": "问题还没有答复,请等待答复后再提问或办结。",
    "sample_question": "您写的一份记录被抽检,有问题需要答复。",
    "sample_answer": "您就抽检的记录提出的问题已有答复。",
    "review_nobody": "请至少写下一个人的讨论结果。",
    "review_week_unfit": "只能记录已经开始的一周的例会,日期不能晚于今天。",
    "review_unknown_person": "名单里有不在辖区内的人,请检查后再提交。",
    "red_alert_real": "预警核实属实 {n} 次。",
    "red_lost_contact": "失去联系 {n} 次。",
    "red_left": "离开规定区域或进入禁止区域 {n} 次,正在核实或已核实属实。",
    "red_missed": "{n} 次没有收到签到。",
    "red_violation": "有违规记录 {n} 件。",
    "red_sanction": "受到训诫、警告等处罚 {n} 件。",
    "red_complaint": "收到投诉或反映 {n} 件。",
    "red_trouble": "家庭、工作、居所或健康有变故 {n} 件。",
    "red_overdue": "应当进行的走访、谈话有 {n} 项到期未完成。",
    "red_unproven": "有 {n} 份记录与其他证据不一致。",
    "red_strict": "管理等级为严管。",
}

STATES: dict[str, str] = {
    "drawn": "还没有看",
    "looked": "已看过",
    "asked": "等待答复",
    "answered": "已答复",
    "closed": "已办结",
}
KINDS: dict[str, str] = {
    "looked": "查看",
    "note": "批注",
    "question": "提问",
    "answer": "答复",
    "closed": "办结",
}
PROOFS: dict[str, str] = {"proven": "有证明", "contradicted": "与证据不一致", "unknown": "无法判断"}
