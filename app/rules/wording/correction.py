"""Sentences about correction groups and plans, and what their members, needs and answers are called."""

KINDS: dict[str, str] = {
    "justice_office": "司法所",
    "social_worker": "社会工作者",
    "volunteer": "志愿者",
    "village": "村(居)民委员会",
    "employer": "所在单位",
    "school": "就读学校",
    "family": "家庭成员或监护人",
    "guarantor": "保证人",
    "police": "派出所民警",
    "other": "其他",
}
SEXES: dict[str, str] = {"male": "男", "female": "女"}
NEEDS: dict[str, str] = {
    "members": "还没有成员",
    "justice_office": "缺司法所成员",
    "woman": "缺女性成员",
    "knows_minors": "缺熟悉未成年人身心特点的成员",
    "guardian": "缺监护人",
    "letters": "有成员还没有签矫正责任书",
}
"""What a group lacks."""
UNKNOWN: dict[str, str] = {
    "woman": "对象或者成员的性别没有登记,无法判断是否缺女性成员",
    "guardian": "出生日期没有登记,无法判断是否需要监护人",
}
"""What nobody can tell, and why."""
WHY: dict[str, str] = {
    "members": "社区矫正法第二十五条:应当确定矫正小组",
    "justice_office": "实施办法第十九条:由司法所参加并签订矫正责任书",
    "woman": "社区矫正法第二十五条:对象为女性的,小组中应有女性成员",
    "knows_minors": "社区矫正法第五十二条:对象为未成年人的,应吸收熟悉未成年人身心特点的人员",
    "guardian": "社区矫正法第五十三条:未成年人的监护人应履行监护职责;是否须列入小组为当地拟定",
    "letters": "实施办法第十九条:与小组成员签订矫正责任书",
}
COMPLETENESS: dict[str, str] = {"complete": "齐全", "lacks": "不齐", "cannot_be_judged": "无法判断"}
RULES: dict[str, str] = {
    "correction_group": "确定矫正小组、签订责任书",
    "correction_plan": "制定矫正方案",
    "correction_plan.review": "评估矫正方案",
}
"""What is owed, by its rule."""
PLAN_STATES: dict[str, str] = {
    "waiting": "等待审批",
    "in_force": "执行中",
    "given_back": "已退回",
    "replaced": "已被新版本代替",
}

SENTENCES: dict[str, str] = {
    "correction_done": "已在期限内完成。",
    "correction_done_late": "已完成,晚于期限。",
    "correction_group_from_intake": "入矫后 {days} 个工作日内成立矫正小组并签责任书(社区矫正法第二十五条)。",
    "correction_plan_from_intake": "入矫后 {days} 个工作日内制定矫正方案(社区矫正法第二十四条,日数为当地规定)。",
    "plan_review_periodic": "自 {since} 起每 {months} 个月评估一次矫正方案(实施办法第二十二条;间隔为当地规定)。",
    "correction_owed_by_new_rule": "现行制度要求为每个人确定矫正小组、制定矫正方案,自制度执行后起算。",
    "group_incomplete": "矫正小组不再齐全,需要补齐。",
    "plan_review_class_changed": "管理类别已调整,需要评估矫正方案是否相应调整。",
    "plan_review_counted_anew": "矫正方案有新的评估或版本,下次评估重新计算。",
    "guardian_is_family": "监护人应登记为“家庭成员或监护人”。",
    "member_ahead": "时间不能晚于现在。",
    "member_left": "这名成员已经登记为退出。",
    "member_left_before": "退出的时间不能早于加入的时间。",
    "letter_signed": "这名成员已经登记签订矫正责任书。",
    "letter_not_owed": "司法所是矫正责任书的另一方,司法所成员不用另外签订。",
    "plan_because_needed": "调整矫正方案请写明理由。",
    "plan_decided": "这个版本已经审批过。",
    "plan_second_person": "矫正方案应由制定人以外的人审批;一人所请由县级工作人员审批。",
    "plan_note_needed": "退回矫正方案请写明意见。",
    "no_plan_in_force": "还没有经审批的矫正方案,不能评估。",
    "measure_needed": "请至少写一条措施。",
    "measures_too_long": "措施最多 {lines} 条,每条最多 {characters} 字,还没有保存,请精简后再提交。",
    "name_needed": "请填写姓名。",
    "plan_part_needed": "请把基本情况、评估结果、心理状态和特殊情况填写完整,没有的写“无”。",
}
