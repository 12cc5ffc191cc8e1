"""Words about phones without our app: clients, what is typed into their settings, and what was set aside."""

CLIENTS: dict[str, str] = {"owntracks": "OwnTracks", "traccar": "Traccar Client"}

SETTINGS: dict[str, dict[str, str]] = {
    "owntracks": {
        "url": "网址 (URL)",
        "user": "用户名 (UserID)",
        "password": "密码 (Password)",
        "device": "设备名 (DeviceID)",
        "tracker_id": "标识 (TrackerID)",
    },
    "traccar": {"url": "服务器地址", "device": "设备标识符", "interval": "上报间隔(秒)"},
}
"""By client: what its own settings are called."""

DATUMS: dict[str, str] = {
    "wgs84": "WGS-84(OwnTracks 和 Traccar Client 都是,不确定时选这一项)",
    "gcj02": "GCJ-02(火星坐标)",
    "bd09": "BD-09(百度坐标)",
}

OWN_APP = "签到应用"

ASIDE: dict[str, str] = {
    "empty": "没有内容",
    "no_json": "格式损坏",
    "unknown_type": "不认识的消息",
    "encrypted": "客户端加密了内容",
    "no_place": "经纬度不可能",
    "no_time": "没有可用的时间",
    "not_valid": "手机注明没有定到位",
    "other_device": "设备名与登记的不符",
    "too_large": "内容过大",
    "too_many": "一次发来的条目过多",
    "future_time": "时间晚于收到的时间",
    "null_island": "经纬度为 0",
}
"""By reason: why something was set aside."""
