"""Sentences about where fixes lie: why somebody should look, and why an episode is over."""

HOW: dict[str, str] = {
    "circle": "单个定位点的整个误差圈都在界外一侧",
    "run": "连续多个定位点的误差圈都在界外一侧",
    "began": "限制生效时定位已在界外一侧",
}
LATE: dict[str, str] = {"yes": ";这些定位是补传的。", "no": "。"}

_MEASURED = "最远约 {beyond_m},误差半径至多 {accuracy_m},共 {fixes} 个定位点,{place_how},{strength}{place_late}"
_NEXT = "请先联系本人核实,再决定是否查找。"

SENTENCES: dict[str, str] = {
    "place_left_area": "{since} 起定位显示在允许区域外,位于{county},超出边界" + _MEASURED + _NEXT,
    "place_left_area_unnamed": "{since} 起定位显示在允许区域外,超出边界" + _MEASURED + _NEXT,
    "place_left_area_on_leave": "批准前往{destination},{since} 起定位在{county},超出批准范围" + _MEASURED + _NEXT,
    "place_left_area_on_leave_unnamed": "批准前往{destination},{since} 起定位超出批准范围" + _MEASURED + _NEXT,
    "place_forbidden_zone": "{since} 起定位显示在禁止区域内,位于{county},深入边界" + _MEASURED + _NEXT,
    "place_forbidden_zone_unnamed": "{since} 起定位显示在禁止区域内,深入边界" + _MEASURED + _NEXT,
    "place_left_zone": "{since} 起定位显示在限定区域外,位于{county},超出边界" + _MEASURED + _NEXT,
    "place_left_zone_unnamed": "{since} 起定位显示在限定区域外,超出边界" + _MEASURED + _NEXT,
    "place_left_area_returned": "{at} 起定位显示已回到允许区域内。",
    "place_forbidden_zone_returned": "{at} 起定位显示已离开禁止区域。",
    "place_left_zone_returned": "{at} 起定位显示已回到限定区域内。",
    "place_bound_over": "{at} 起这项限制不再有效(到期、解除或不在规定时段)。",
    "place_allowed": "{at} 起所在位置在批准或允许的范围内。",
    "place_groundless": "据以判断的定位经后到的证据更正,或已依法清除:当时的越界没有依据,此次预警已更正。",
}
