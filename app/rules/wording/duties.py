"""Sentences about duties, and what their kinds and states are called."""

TITLES: dict[str, str] = {
    "check_in": "签到",
    "location_check": "位置核查",
    "spot_check": "抽查",
    "intake": "报到",
    "visit": "走访",
    "talk": "谈话",
    "order_notice": "送达告知书",
    "order_renewal": "到期评估",
    "search": "查找",
    "leave_return": "外出返回销假",
}
STATES: dict[str, str] = {
    "planned": "未开始",
    "open": "待完成",
    "fulfilled": "已完成",
    "late": "逾期完成",
    "submitted": "待核实",
    "missed": "未完成",
    "waived": "已免除",
    "cancelled": "已取消",
    "unjudged": "无法判断",
}
OBLIGORS: dict[str, str] = {"subject": "本人", "office": "司法所", "handing_organ": "移送机关"}

SENTENCES: dict[str, str] = {
    "duty_opened": "已到办理时间。",
    "submitted_for_review": "已提交,等待工作人员核实。",
    "review_accepted": "工作人员核实后予以认可。",
    "review_rejected": "{opens_at}至{due_at}的签到经工作人员核实,未予认可。",
    "duty_missed": "期限内没有收到记录。",
    "duty_waived": "经工作人员同意,此项免予办理。",
    "planned_again": "此项已按现行安排重新排定。",
    "policy_changed": "监管制度有更新,此项按新制度重新安排。",
    "supervision_ended": "监管已结束,此项不再需要办理。",
    "service_away": "{from} 至 {to} 服务自身中断,此项不作判断。",
    "planned_late": "服务自身中断,此项到 {to} 才排定,不作判断。",
    "how_upcoming": "{opens} 开始,请在 {due} 前签到。",
    "how_by_phone": "请在 {due} 前用手机签到。",
    "how_in_person": "请在 {due} 前到司法所当面签到。",
    "how_location_check": "请在 {due} 前保持手机联网并打开定位,手机会自己上报,不用您操作。",
    "how_still_late": "签到时间已过,{grace} 前还可以补签,记为迟到。",
    "how_fulfilled": "已完成。",
    "how_late": "已完成,记为迟到。",
    "how_submitted": "已提交,等待工作人员核实。",
    "how_missed": "没有收到记录,如有情况请联系司法所说明。",
    "how_waived": "工作人员已经同意,这一项不用办了。",
    "how_unjudged": "服务自身中断过,这一项不作判断,不算您没有完成。",
}
