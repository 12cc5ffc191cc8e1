"""Sentences about occasions: what gives rise to a visit or a talk, as pages call it."""

KINDS: dict[str, str] = {
    "intake": "入矫",
    "class_change": "调整管理等级",
    "transfer": "变更执行地",
    "violation": "违规",
    "sanction": "训诫、警告等处罚",
    "family_event": "家庭变故",
    "work_event": "工作或就学变动",
    "home_event": "居所变动",
    "health_event": "健康变故",
    "contact_event": "接触可能有不利影响的人员",
    "alert_real": "预警核实属实",
    "leave_approved": "批准外出",
    "leave_returned": "外出返回",
    "complaint": "投诉或反映",
    "period_announced": "敏感时期",
}
"""By the kind of occasion."""

PERIODS: dict[str, str] = {"sensitive": "敏感时期", "security": "重大活动安保"}

SENTENCES: dict[str, str] = {
    "owed_after_intake": "{item}“{title}”:入矫引起,自 {from_day}起算,期限{span}。",
    "owed_again": "{item}“{title}”:定期办理,自上次期限 {from_day}起算,每 {span}一次。",
    "owed_again_on_its_day": (
        "{item}“{title}”:定期办理,自上次期限 {from_day}起算,每 {span}一次,在 {number} 日到期(当月没有这一天的,在月末)。"
    ),
    "owed_again_from_intake": "{item}“{title}”:定期办理,自入矫的 {from_day}起算,每 {span}一次。",
    "owed_before_festival": "{item}“{title}”:节日引起,{day}开始放假,应{ahead}完成。",
    "owed_before_end": "{item}“{title}”:矫正期满引起,最后一日为 {day},应{ahead}完成。",
    "owed_after_occasion": "{item}“{title}”:“{occasion}”引起,自 {from_day}起算,期限{span}。",
    "owed_after_it_was_known": "{item}“{title}”:“{occasion}”引起;得知时原期限已过,自得知的 {from_day}起算,期限{span}。",
    "owed_before_occasion": "{item}“{title}”:“{occasion}”引起,{day}开始,应{ahead}完成。",
    "owed_before_occasion_late_known": (
        "{item}“{title}”:“{occasion}”引起,{day}开始,应{ahead}完成;"
        "{from_day}得知时已来不及,最迟在得知的次日完成,尚未开始的在开始前完成。"
    ),
    "occasion_withdrawn": "引起此项的事件已经撤回,不再需要办理。",
    "occasion_ahead": "时间不能晚于现在。",
    "occasion_before_intake": "知悉的时间不能早于入矫登记。",
    "occasion_not_written": "这一条由系统按办理情况生成,不能撤回;情况有误的,请在原来的事项中更正。",
    "occasion_withdrawn_before": "这一条已经撤回。",
    "occasion_needs_county": "该对象现在(或任务产生时)为严格管理,撤回会免去由此产生的走访和谈话,请由县级机构办理。",
    "occasion_second_person": "该对象现在(或任务产生时)为严格管理,不能由登记的本人撤回,请由县级机构的另一人办理。",
    "period_over": "结束日期已经过去,请核对。",
    "period_too_long": "一个时期最长半年;更久的,请在制度中规定。",
    "period_withdrawn": "这个时期已经撤回。",
    "change_reported": "{subject}报告了情况变化:{occasion},请及时了解并谈话。",
}
