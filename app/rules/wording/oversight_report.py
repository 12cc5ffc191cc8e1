"""The audit of a stretch as a report, to be signed and filed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.rules.calendar import legal_day
from app.rules.wording.oversight import MEANINGS, OUT_RULE, figure_words
from app.rules.wording.papers import Paper, day_words, moment_words

NOBODY_OUT = "没有哪个所或工作人员的数字超出偶然波动可以解释的范围。"


@dataclass(frozen=True)
class Reported:
    """What the report tells. `since` is a sentence about the month as it was kept, where one is kept."""

    office: str
    days: str
    conditions: Sequence[str]
    total: Sequence[tuple[str, int]]
    out: Sequence[str]
    since: str | None
    head: Sequence[str]
    lines: Sequence[Sequence[str]]
    items: Sequence[tuple[str, Sequence[tuple[str, int]]]]


def report(told: Reported, *, now: datetime) -> Paper:
    """The report as a paper: sums, the month as it was kept, what is worth a look, a table, and how it was counted."""
    only = f",只看{'、'.join(told.conditions)}" if told.conditions else ""
    out = ("值得了解的:", *told.out, OUT_RULE) if told.out else (NOBODY_OUT,)
    paragraphs = (
        f"本报告统计{told.days}到期的走访、谈话、情况核实等任务{only},数字截至{moment_words(now)}。",
        f"合计:{figure_words(told.total)}。",
        *((told.since,) if told.since else ()),
        *(f"{item}:{figure_words(figures)}。" for item, figures in told.items),
        *out,
        *MEANINGS,
    )
    return Paper(
        title="社区矫正走访谈话任务督查报告",
        to="",
        paragraphs=paragraphs,
        head=tuple(told.head),
        rows=tuple(tuple(line) for line in told.lines),
        signed=told.office,
        day=day_words(legal_day(now)),
    )


def kept_words(changes: int, taken_at: datetime) -> str:
    """How the month as it was kept differs from now."""
    at = moment_words(taken_at)
    if not changes:
        return f"与{at}存下的月末快照一致。"
    return f"与{at}存下的月末快照相比,有 {changes} 个司法所的数字因补记、更正或重新证实而不同,详见系统“月末快照”。"
