"""Sentences about alerts: why they were raised, why the ladder went on, and the names of their kinds and states."""

KINDS: dict[str, str] = {
    "missed_check_in": "未收到签到",
    "lost_contact": "失去联系",
    "left_area": "离开规定区域",
    "forbidden_zone": "进入禁止区域",
    "left_zone": "离开限定区域",
    "leave_overdue": "外出到期未销假",
    "missed_intake": "报到到期未登记",
    "device_trouble": "设备异常",
    "suspected_separation": "疑似人机分离",
    "suspected_fake": "疑似虚假定位",
    "visit_overdue": "走访到期未记录",
    "talk_overdue": "谈话到期未记录",
    "handling_overdue": "事项办理超时",
    "order_expiring": "电子定位决定即将到期",
}

STEPS: dict[str, str] = {"office": "司法所", "county": "县级社区矫正机构", "city": "市级社区矫正机构"}
CAUSES: dict[str, str] = {"person": "本人", "phone": "手机", "service": "服务自身", "unsure": "尚不明确"}
STRENGTHS: dict[str, str] = {"strong": "证据充分", "medium": "证据一般", "weak": "证据较弱"}
CONDITIONS: dict[str, str] = {"active": "仍在持续", "recovered": "已恢复"}
HANDLINGS: dict[str, str] = {"open": "待处理", "acknowledged": "已受理", "closed": "已办结"}
CLOSE_REASONS: dict[str, str] = {
    "real": "情况属实",
    "false_alarm": "误报",
    "phone": "手机原因",
    "service": "服务自身原因",
    "leave": "已准假外出",
}

SENTENCES: dict[str, str] = {
    "acknowledged": "已受理,由受理人跟进。",
    "closed": "已办结:{reason}。",
    "step_raised": "预警产生,通知司法所。",
    "step_not_handled_in_time": "规定时间内未受理,向上一级报告。",
    "step_nobody_on_duty": "这一级当时无人值班。",
    "step_nobody_below": "下一级当时无人值班,直接向本级报告。",
    "step_undelivered_below": "发给下一级的通知均未送达,向本级报告。",
    "phone_given_up": "已改为不使用手机,不再等候手机联系。",
    "checked_in_again": "之后已经收到签到。",
    "missed_check_in_in_person": "{opens} 至 {due} 没有当面签到的记录。",
    "missed_check_in_never_heard": "{opens} 至 {due} 未收到签到,手机自登记以来还没有联系过。",
    "missed_check_in_silent": "{opens} 至 {due} 未收到签到,手机 {heard} 之后没有联系。",
    "missed_check_in_heard": "{opens} 至 {due} 未收到签到,手机最近一次联系是 {heard}。",
    "missed_check_in_no_permission": "{opens} 至 {due} 未收到签到,手机最近一次联系是 {heard},当时定位没有打开。",
    "missed_check_in_low_battery": "{opens} 至 {due} 未收到签到,手机 {heard} 之后没有联系,当时电量 {battery}%。",
    "missed_check_in_no_network": "{opens} 至 {due} 未收到签到,手机 {heard} 之后没有联系,当时没有网络。",
    "missed_check_in_battery_saver": "{opens} 至 {due} 未收到签到,手机 {heard} 之后没有联系,当时开着省电模式。",
    "visit_overdue_no_record": "{title}最迟应在 {due} 完成,还没有记录。去过的请补记,没去的请尽快安排,"
    "不适用的请写明理由申请免除。",
    "talk_overdue_no_record": "{title}最迟应在 {due} 完成,还没有记录。谈过的请补记,没谈的请尽快安排,"
    "不适用的请写明理由申请免除。",
    "handling_overdue_untaken": "“{kind}”的预警自 {since} 起持续,超过 {hours}无人受理、没有办结。"
    "请尽快联系本人、核实情况,并写明结果办结。",
    "handling_overdue_taken": "“{kind}”的预警自 {since} 起持续,已有人受理,超过 {hours}没有办结。"
    "请受理人核实情况、写明结果办结;一时办不了的,请报告县级机构。",
    "handling_caught_up": "预警已经办结,或者情况已经恢复。",
    "tracker_refused": "手机上的定位客户端还在用 {ended} 已停用的凭据发送,内容没有接收。"
    "请联系本人,重新设置客户端,或改用本人的签到应用。",
    "missed_intake_no_record": "报到期限 {due} 已过,还没有登记入矫。",
}
