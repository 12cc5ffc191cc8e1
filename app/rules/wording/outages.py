"""Sentences about outages of many, and their names."""

OUTAGES: dict[str, str] = {
    "carrier": "运营商网络",
    "maker": "同一品牌手机",
    "push": "推送服务",
    "all": "全部手机",
    "service_away": "服务自身",
    "planned_late": "定时服务",
}

SENTENCES: dict[str, str] = {
    "outage_opened": "{n} 部手机自 {since} 起先后失联({outage}:{outage_of}),按一起事件处理,期间不逐人预警。",
    "outage_ended": "{since} 起的多部手机失联({outage}:{outage_of})已经结束,仍未恢复的将逐人核对。",
    "push_outage_opened": (
        "自 {since} 起,推送服务送不到 {n} 人的手机,按一起事件处理,期间不因收不到提醒而逐人预警。"
        "手机打开应用时仍会自行询问。"
    ),
    "push_outage_ended": "{since} 起的推送中断已经恢复,其间没有联系的将逐人核对。",
    "held_by_outage": (
        "{opens} 至 {due} 期间许多手机同时失联({outage}:{outage_of}),这部手机也没有联系,无法判断,不算未签到。"
    ),
}

OF: dict[str, str] = {"mobile": "中国移动", "unicom": "中国联通", "telecom": "中国电信", "broadnet": "中国广电"}
