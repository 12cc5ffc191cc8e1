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

SENTENCES: dict[str, str] = {
    "occasion_withdrawn": "引起此项的事件已经撤回,不再需要办理。",
}
