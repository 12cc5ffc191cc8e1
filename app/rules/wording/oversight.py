"""Words of the audit: its figures, what it counts by, why somebody stands out, and its sheets and papers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.rules.calendar import SHANGHAI, add_months

FIGURES: dict[str, str] = {
    "due": "应完成",
    "in_time": "按期",
    "late": "逾期完成",
    "missed": "未完成",
    "waived": "已免除",
    "unjudged": "无法判断",
    "open": "尚无结果",
    "unproven": "其中未证实",
    "contradicted": "其中有矛盾",
}
"""In the order in which a narrow screen shows them."""

MEANINGS: tuple[str, ...] = (
    "应完成 = 按期 + 逾期完成 + 未完成 + 已免除 + 无法判断 + 尚无结果,每一项任务只计在其中一类。",
    "“尚无结果”是还没有到期,或者已经到期、正在判定的。",
    "“其中未证实”是按期和逾期完成中,记录尚不能证实确实办过的;“其中有矛盾”是其中另有情况与记录不符的。未证实不等于没有办。",
    "“无法判断”是服务本身中断造成的,不计入未完成。",
    "等级按任务开始时的管理等级计;工作人员按任务完成或到期时负责该对象的人计,未到期的按任务开始时计;司法所按任务开始时计。",
)

BY: dict[str, str] = {
    "office": "司法所",
    "officer": "工作人员",
    "item": "项目",
    "class": "管理等级",
    "period": "时间",
}
SPANS: dict[str, str] = {"day": "日", "week": "周", "month": "月", "quarter": "季度", "free": "自定起止"}
UNITS: dict[str, str] = {"day": "按日", "week": "按周", "month": "按月", "quarter": "按季度"}
CLASSES: dict[str, str] = {"strict": "严管", "normal": "普管", "lenient": "宽管", "none": "未定等级"}
KINDS: dict[str, str] = {
    "visit": "走访",
    "talk": "谈话",
    "verification": "情况核实",
    "review": "核查",
    "correction_group": "矫正小组",
    "correction_plan": "矫正方案",
}
PROOFS: dict[str, str] = {"proven": "已证实", "contradicted": "有矛盾", "unknown": "未能证实"}
NOBODY_NAMED = "未指定工作人员"
SEVERAL = "辖区各县(市、区)"
ALONE = "{name}(本级,不含下属各所)"
NOT_OURS = "其他机构的工作人员"
NO_OFFICE = "已不在辖区的机构"

_REST = "({percent}%);其余{peers}{unit}合计 {rest_of} 项中有 {rest_hits} 项({rest_percent}%)。"
OUT_BY: dict[str, str] = {
    "missed": "{name}:有结论的 {of} 项中有 {hits} 项未完成" + _REST,
    "late": "{name}:已完成的 {of} 项中有 {hits} 项逾期" + _REST,
    "unproven": "{name}:已完成的 {of} 项中有 {hits} 项未证实" + _REST,
    "waived": "{name}:已有结果的 {of} 项中有 {hits} 项免除" + _REST,
}
OUT_UNITS: dict[str, str] = {"office": "个所", "officer": "人"}
OUT_RULE = (
    "与其余合计相比,差距大于数字大小所能带来的偶然波动才会列出:两边比例的 99% 置信区间(威尔逊区间)完全不重叠,"
    "且自身至少 10 项、其中至少 3 项,另有至少 3 个可比。列出只表示值得了解,不是评价。"
)

SENTENCES: dict[str, str] = {
    "purpose_needed": "请写明导出的用途,用途会记录在案。",
    "export_too_large": "明细超过 {most} 项,请缩短时间或只选一个所、一个项目,再导出;也可以只导出汇总。",
    "no_snapshot": "这个月还没有快照。快照在月末以后、记录补写期限届满时形成。",
}


def bucket_words(from_day: date, to_day: date, unit: str) -> str:
    """A part of a stretch: 3月2日, 3月2日至8日, 2026年3月, 2026年第1季度; what is cut at an edge by its days."""
    if from_day == to_day:
        return f"{from_day.month}月{from_day.day}日"
    after = to_day + timedelta(days=1)
    if unit == "month" and from_day.day == 1 and after == add_months(from_day, 1):
        return f"{from_day.year}年{from_day.month}月"
    if unit == "quarter" and from_day.day == 1 and from_day.month % 3 == 1 and after == add_months(from_day, 3):
        return f"{from_day.year}年第{from_day.month // 3 + 1}季度"
    same = from_day.month == to_day.month
    last = f"{to_day.day}日" if same else f"{to_day.month}月{to_day.day}日"
    return f"{from_day.month}月{from_day.day}日至{last}"


def span_words(from_day: date, to_day: date) -> str:
    """2026年3月1日至2026年3月31日."""
    return f"{_day(from_day)}至{_day(to_day)}" if from_day != to_day else _day(from_day)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def percent(part: int, of: int) -> str:
    """12, 0.5; with one decimal below ten, so that little is not told as nothing."""
    share = 100 * part / of if of else 0.0
    return f"{share:.0f}" if share >= 10 or share == 0 else f"{share:.1f}"


def difference(number: int) -> str:
    """+3, -2, and nothing for none."""
    return f"{number:+d}" if number else ""


ROW_HEAD: Sequence[str] = (
    *("司法所", "工作人员", "对象编号", "姓名", "项目", "项目名称", "类别", "任务开始时等级"),
    *("开始", "期限", "完成", "状态", "证实情况", "免除理由", "任务编号"),
)
FORMATS: dict[str, str] = {
    "xlsx": "Excel(汇总与明细)",
    "csv": "CSV(明细)",
    "csv_sums": "CSV(汇总)",
    "docx": "Word 报告(汇总)",
}
TOTAL = "合计"
SHEETS: dict[str, str] = {"sums": "汇总", "rows": "明细", "notes": "说明"}
SEALED_NOTE = "未成年人不列姓名、编号和理由。名单以外的人员已转出的,姓名写作“已转出”。"


def notes(from_day: date, to_day: date, conditions: Sequence[str], purpose: str, now: datetime) -> tuple[str, ...]:
    """What the last sheet of a file says of it."""
    return (
        f"{span_words(from_day, to_day)}到期的任务。",
        f"数字截至 {now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}。",
        f"条件:{'、'.join(conditions) or '全部'}。",
        f"用途:{purpose}",
        *MEANINGS,
        SEALED_NOTE,
    )


def figure_words(figures: Sequence[tuple[str, int]]) -> str:
    """Such as 应完成 40,按期 38."""
    return ",".join(f"{FIGURES[name]} {number}" for name, number in figures)
