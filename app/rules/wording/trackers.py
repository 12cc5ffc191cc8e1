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
