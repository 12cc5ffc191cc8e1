"""Sentences about phones: what ails one and what to tell its owner, and what asks a person to look."""

from itertools import combinations

TROUBLE: dict[str, str] = {
    "permission": "定位权限一直关闭",
    "saver": "省电模式一直开着",
    "clock": "手机时钟一直不准",
}
ADVICE: dict[str, str] = {
    "permission": "在系统设置里允许本应用使用定位",
    "saver": "把本应用加入省电白名单,或者关闭省电模式",
    "clock": "打开手机的自动设置时间",
}


def _together(words: dict[str, str], sign: str) -> dict[str, str]:
    """Every choice of the words, by their codes with `+` in between."""
    return {
        "+".join(codes): sign.join(words[code] for code in codes)
        for n in range(1, len(words) + 1)
        for codes in combinations(words, n)
    }


TROUBLES = _together(TROUBLE, "、")
ADVICES = _together(ADVICE, ";")

SENTENCES: dict[str, str] = {
    "device_trouble": "自 {since} 起手机需要处理:{troubles}。请告诉本人:{advice}。",
    "device_trouble_over": "手机已恢复正常。",
    "fake_mock": "手机系统标明自 {at} 起有 {n} 个位置由其他应用提供(模拟定位),请向本人核实。",
    "fake_jump": "{from} 之后 {minutes} 分钟内的两个位置相距 {km} 公里,任何交通方式都到不了,请核实位置和手机。",
    "fake_two_places": "{from} 起位置在相距 {km} 公里的两处之间来回 {n} 次,可能有两部手机在用同一个登记,请核实。",
    "fake_frozen": "{from} 至 {until} 的 {n} 个位置数字完全相同,可能是手机重复上报旧位置,请核实手机和本人。",
    "fake_ahead": "有 {n} 个位置的时间晚于收到的时间,可能是手机时钟不准,请核实手机的时间设置。",
    "apart_spot_check": "{opens} 至 {due} 的抽查未收到签到,手机当时有联系({heard}),可能不在本人身边,请核实。",
    "apart_in_a_row": "{since} 至 {until} 连续 {n} 次签到(含抽查)未收到,手机一直有联系,可能不在本人身边,请核实。",
    "apart_in_a_row_still": (
        "{since} 至 {until} 连续 {n} 次签到(含抽查)未收到,手机一直有联系且位置没有变化,"
        "可能不在本人身边,也可能本人不便操作,请核实。"
    ),
    "apart_talk": "{at} 与本人谈话时,手机在 {km} 公里以外,可能不在本人身边,请核实。",
}
