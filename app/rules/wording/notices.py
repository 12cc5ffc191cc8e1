"""Sentences of notices. Those to offices may name the subject, whose name is filled in when the notice is read."""

SENTENCES: dict[str, str] = {
    "notice_unnamed": "您有一条新通知,请打开查看。",
    "alert_raised": "{subject}:{kind},请查看情况并处理。",
    "alert_again": "{subject}:{kind},这是第 {n} 次,请查看情况并处理。",
    "alert_not_handled": "{subject}:{kind},下级在规定时间内尚未受理,请督促或直接处理。",
    "alert_nobody_below": "{subject}:{kind},下级目前无人值班,请直接处理。",
    "alert_undelivered_below": "{subject}:{kind},发给下级的通知均未送达,请直接处理。",
    "office_unstaffed": "{office}从 {from} 到 {until} 无人值班,期间的预警将直接报到县级,请提前安排。",
    "office_unstaffed_until": "{office}尚无人值班,直到 {until},期间的预警将直接报到县级,请提前安排。",
    "office_never_staffed": "{office}没有安排值班人员,预警将直接报到县级,请尽快安排。",
    "office_unstaffed_open": "{office}自 {from} 起无人值班,预警将直接报到县级,请尽快安排人员。",
    "check_in_opened": "签到时间到了,请在 {due} 前用手机签到。",
    "location_check_opened": "正在核查位置,请在 {due} 前保持手机联网并打开定位。",
    "check_in_reminder": "签到将在 {due} 截止,请尽快用手机签到。",
    "location_check_reminder": "位置核查将在 {due} 截止,请打开手机网络和定位。",
}
