"""Sentences about the service itself, for its administrators and for whoever relies on it."""

FAULTS: dict[str, str] = {
    "alerts_without_owner": "有预警没有通知到任何人",
    "ladder_steps_overdue": "有预警该上报而未上报",
    "deliveries_stuck": "有通知推送不出去",
    "duties_unjudged": "有到期的待办没有判定",
    "subjects_unplanned": "有对象没有安排后续待办",
    "occasions_unplanned": "有事件没有安排相应的走访或谈话",
    "positions_unjudged": "有上报的位置没有判断",
    "photos_undeleted": "有照片到期没有删除",
    "files_undeleted": "有档案材料到期没有删除",
    "alerts_left_behind": "有预警的受理人已不在岗",
    "jobs_stale": "有定时任务没有按时完成",
    "days_not_made": "有一天的检查没有全部完成",
    "scheduler_away": "定时服务没有运行",
}
"""By code: what must not be. `n` tells how many."""

SENTENCES: dict[str, str] = {
    "service_fault": "系统故障:{fault}(共 {n} 项),请检查服务,处理前可能漏报。",
    "service_fault_lasts": "系统故障仍未排除:{fault}(共 {n} 项),自 {since} 起,请尽快处理。",
    "service_fault_over": "系统故障已排除:{fault},自 {since} 起的故障已经结束。",
    "day_made": "{day}的检查已全部完成。",
    "day_not_made": "{day}的检查没有全部完成,下面写明缺哪些。",
    "day_cannot_tell": "{day}的检查是否完成无法判断:服务那天还没有运行。",
    "day_not_accounted": "{day}的检查还没有核对,请一小时后再看;一直没有结果请联系管理员。",
}

MISSING: dict[str, str] = {
    "left": "到期而未判定的待办",
    "unjudged": "因服务中断无法判定的待办",
    "silences_left": "未核对的失联时限",
    "positions_left": "未判断的位置",
    "steps_left": "未上报的预警",
}
