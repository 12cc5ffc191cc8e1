"""Sentences about leave, and what its kinds, grounds and states are called."""

KINDS: dict[str, str] = {"leave": "外出", "permit": "经常性跨市、县活动"}
GROUNDS: dict[str, str] = {
    "medical": "就医",
    "study": "就学",
    "lawsuit": "参与诉讼",
    "family_or_work": "处理家庭或者工作重要事务",
    "other": "其他正当理由",
}
STATES: dict[str, str] = {
    "pending": "待审批",
    "approved": "已批准",
    "refused": "未批准",
    "withdrawn": "已撤回",
    "extended": "已延期",
    "revoked": "已撤销批准",
    "ended": "已结束",
}
LEVELS: dict[str, str] = {"office": "司法所", "county": "县级社区矫正机构", "city": "市级社区矫正机构"}
REPORTS: dict[str, str] = {
    "departure": "已出发",
    "arrival": "已到达",
    "delay": "不能按时返回",
    "return": "已返回(销假)",
    "trip": "按许可外出",
}

PARTS: dict[str, str] = {
    "waiting": "等待决定",
    "overdue": "到期未销假",
    "returning": "今天应当返回",
    "away": "正在外出",
    "coming": "即将外出",
    "permits": "经常性活动许可",
    "procuratorate": "待通报人民检察院",
}

PROBLEMS: dict[str, str] = {
    "leave_overlaps": "这段时间已有一次外出申请或批准,请改时间;要延长已批准的外出,请申请延期。",
    "leave_decided": "这份申请已经有了决定,不能再改。",
    "leave_over": "申请的外出时间已经过去,不能再批准。",
    "leave_over_already": "外出时间已经过去,请重新填写。",
    "leave_from_needed": "请填写外出开始时间。",
    "leave_to_needed": "请填写返回时间。",
    "leave_too_long": "外出时间超过一年,请核对日期。",
    "leave_not_running": "这次外出没有在批准的期间内,不能办理这一项。",
    "leave_ended": "这次外出已经销假。",
    "leave_reason_needed": "不批准须写明理由,理由会告知本人。",
    "leave_needs_office": "这次外出由受委托的司法所或县级社区矫正机构决定。",
    "leave_needs_county": "这次申请须由县级社区矫正机构决定。",
    "leave_needs_city": "外出超过 30 日,或者两个月内累计超过 30 日,须由市级社区矫正机构决定。",
    "leave_second_person": "这份申请由您录入,请由另一位工作人员决定。",
    "leave_report_ahead": "时间还没有到,请核对。",
    "leave_delay_reason": "请写明不能按时返回的原因。",
    "leave_no_trips": "普通外出请报告出发、到达和返回,不用报行程。",
    "leave_return_waiting": "您已报告返回,正等待工作人员确认。",
    "permit_pending": "已有一份经常性跨市、县活动的申请在等待决定。",
    "permit_frequency_needed": "请写明外出的时间和频次。",
    "permit_too_long": "经常性跨市、县活动一次批准的有效期最长六个月。",
    "permit_trips_only": "经常性跨市、县活动期间,只需报告每次行程。",
    "permit_over": "许可已到期,请重新申请。",
    "permit_needs_no_return": "经常性跨市、县活动不用销假。",
    "trip_elsewhere": "许可中没有这个地方,去别处请另行申请外出。",
    "place_ambiguous": "有几个地方同名,请填六位代码。",
    "leave_place_needed": "请填写住处或去的单位。",
    "leave_travel_needed": "请填写交通方式。",
    "leave_contact_needed": "请填写途中联系方式。",
    "proof_unknown": "证明材料的照片没有找到,请重新上传(用途选外出证明)。",
    "procuratorate_not_needed": "这次外出不是由市级批准的,不用通报人民检察院。",
    "procuratorate_told": "已经登记过通报人民检察院。",
}

NOTICES: dict[str, str] = {
    "leave_asked": "{subject}申请外出,{from} 至 {until},共 {days} 日,请审批。",
    "permit_asked": "{subject}申请经常性跨市、县活动,请审批。",
    "leave_approved": "您的外出申请已批准,{from} 至 {until} 有效,请按时返回并销假。",
    "leave_refused": "您 {from} 至 {until} 的外出申请未获批准,理由和申诉办法请在申请中查看。",
    "permit_approved": "您的经常性跨市、县活动申请已批准,有效期至 {until},每次外出请用手机报告。",
    "permit_refused": "您的经常性跨市、县活动申请未获批准,理由和申诉办法请在申请中查看。",
    "leave_revoked": "已批准的外出撤销了,请不要外出,理由请在申请中查看。",
    "leave_recalled": "已批准的外出撤销了,请在 {until} 前返回并报告,理由请在申请中查看。",
    "permit_revoked": "经常性跨市、县活动的许可撤销了,今后外出请另行申请,理由请在申请中查看。",
    "leave_filed": "{subject}的外出({from} 至 {until},共 {days} 日)已由司法所批准,报送备案。",
    "leave_tell_procuratorate": "{subject}的外出({from} 至 {until},共 {days} 日)已由市级批准,请通报人民检察院并登记。",
    "leave_delay_told": "{subject}报告不能在 {until} 前返回,请查看原因。",
    "leave_return_to_confirm": "{subject}报告已返回,请确认销假。",
    "leave_return_noted": "工作人员已为您办理销假,返回时间 {at}。",
    "leave_return_opened": "外出已开始,请在 {due} 前返回并销假。",
    "leave_return_reminder": "外出将在 {due} 到期,请按时返回并销假;不能按时返回的,请先报告原因。",
    "permit_ends_soon": "您的经常性跨市、县活动许可 {until} 到期,还需要外出的,请提前重新申请。",
    "permit_ends_soon_office": "{subject}的经常性跨市、县活动许可 {until} 到期。",
}

SENTENCES: dict[str, str] = {
    **PROBLEMS,
    **NOTICES,
    "how_leave_return": "请在 {due} 前返回,并用手机或到司法所销假。",
    "how_leave_return_late": "外出已到期,请尽快返回并在 {grace} 前销假;不能返回的,请报告原因。",
    "leave_extended": "外出已批准延期,按新的期限返回。",
    "leave_called_off": "外出的批准已撤销。",
    "leave_not_taken": "没有外出,不用销假。",
    "leave_return_waits": "已报告返回,等待工作人员确认。",
    "leave_returned_in_time": "已按时返回并销假。",
    "leave_returned_late": "已返回并销假,晚于批准的期限。",
    "leave_overdue_no_report": "外出 {until} 到期,宽限期内没有收到销假;这不说明人在哪里,请先联系本人核实。",
    "leave_overdue_delay_told": "外出 {until} 到期,还没有销假;本人 {told} 报告过不能按时返回,请联系本人了解归期。",
    "leave_asked_late": "未提前三日提出,已照常收下;请在决定时一并考虑。",
    "leave_must_decide_office": "由司法所决定(县级机构已委托,7 日以内)。",
    "leave_must_decide_county": "由县级社区矫正机构决定。",
    "leave_must_decide_city": "由市级社区矫正机构决定(一次或者两个月内累计超过 30 日)。",
    "leave_object": "对决定有异议的,可以向作出决定的机构提出,也可以向人民检察院申诉、控告(社区矫正法第三十四条)。",
}
