"""What the parts of an officer's day are called."""

URGENCIES: dict[str, str] = {"today": "今天到期", "overdue": "已过期限", "week": "七天内到期"}
RINGS: dict[int | None, str] = {
    2_000: "直线约 2 公里以内",
    5_000: "直线约 2 到 5 公里",
    10_000: "直线约 5 到 10 公里",
    None: "直线约 10 公里以上",
}
"""By the outer edge of the ring, in metres."""
NOWHERE = "没有登记住址"
START = "出发地"
