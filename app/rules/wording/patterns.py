"""Sentences about patterns of check-ins. Each says what was seen and what else may explain it; none accuses."""

NAMES: dict[str, str] = {
    "first_minutes": "总在开始几分钟内签到",
    "same_minute": "总在同一分钟签到",
    "same_place": "位置几乎不变",
    "shared_phone": "两人可能共用一部手机",
}

NO_FINDING = "以下情况只提示工作人员看一看,不是认定,不产生预警,也不作为处理的依据。"

SENTENCES: dict[str, str] = {
    "pattern_days": "可以查看最近 {least} 到 {most} 天。",
    "pattern_first_minutes": "有签到的 {days} 天里,每次都在开始后 {minutes} 分钟内。可能是习惯及时,也可能由程序代签。",
    "pattern_same_minute": "同一个签到窗口有 {days} 天都在 {at} 前后一分钟内签到。可能是固定的作息,也可能由程序代签。",
    "pattern_same_place": "有位置的 {days} 天里,位置相差不到一米。可能是手机的定位有缓存,也可能位置不是手机实测的。",
    "pattern_same_digits": "有位置的 {days} 天里,坐标每一位都相同。可能是手机的定位有缓存,也可能位置不是手机实测的。",
    "pattern_together": "有 {days} 天与另一人在一分钟内、同一处签到。可能同住、同行,也可能两人的手机在一人手里。",
    "pattern_same_device": "这部手机先后登记在两人名下。可能是转让或借用,请核对现在由谁使用。",
}
