"""Sentences about spot checks: to the person, who is told why; and to the officer who orders one."""

from app.rules.wording import alerts

GROUNDS: dict[str, str] = {
    "routine": "这是例行抽查,每个人都可能被抽到",
    "unreached": "此前一时没有联系上您,请签到报个平安",
    "to_confirm": "工作人员要核实最近的签到情况",
}
"""Why, as the person is told."""

ORDERED_AS: dict[str, str] = {"routine": "例行抽查", "unreached": "此前联系不上", "to_confirm": "核实签到情况"}
"""Why, as the officer chooses it."""

ASKS: dict[str, str] = {"position": "位置", "photo": "照片", "answer": "回答一个问题"}

_MISSED = {
    code.replace("missed_check_in", "missed_spot_check"): words.replace("未收到签到", "的抽查未收到签到")
    for code, words in alerts.SENTENCES.items()
    if code.startswith("missed_check_in_") and "未收到签到" in words
}
"""The reasons of a missed check-in, said of a spot check."""

SENTENCES: dict[str, str] = {
    "spot_check_ordered": "工作人员发起抽查,即时开始。",
    "spot_check_opened": "司法所抽查:{spot_ground}。请在 {due} 前用手机签到一次。",
    "spot_check_reminder": "抽查将在 {due} 截止,请尽快用手机签到。",
    "how_spot_check": "司法所抽查:{spot_ground}。请在 {due} 前用手机签到一次。",
    "collect_for_spot_check": "信息化核查(社区矫正法第二十六条):正在抽查,只采集一次位置。",
    "spot_check_open": "该对象已有一次抽查还没有到期,请等它结束后再发起。",
    "spot_check_without_phone": "该对象现在没有可以签到的手机,不能发起抽查。请打电话联系,或者上门走访。",
    "spot_check_limit": "限时应在 {least} 到 {most} 分钟之间。",
    "spot_check_limit_field": "限时不在制度规定的范围内。",
    "spot_check_hours": "按现行制度,抽查应在 {from} 到 {to} 之间发起。",
    "spot_check_enough": "按现行制度,同一对象一天最多抽查 {most} 次,今天已满。",
    "spot_check_question": "要求回答问题的,请写明问题;不要求的,请不要填写。",
    "missed_spot_check_in_person": "{opens} 至 {due} 的抽查没有签到的记录。",
    **_MISSED,
}
