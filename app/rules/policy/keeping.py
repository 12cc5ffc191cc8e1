"""How long something is kept, and by which rule: what sections of a policy about keeping have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from app.rules.policy.reader import Table

LONGEST_KEPT_DAYS = 36_500

ARCHIVE = "社区矫正法实施办法第十八条：建立社区矫正档案；保存期限待县级机构确认"
SHORTEST = "个人信息保护法第十九条：保存期限为实现目的所必要的最短时间；具体日数待县级机构确认"
"""The bases that a policy without a word about it stands on."""

K = TypeVar("K", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many days, and by which rule."""

    days: int
    basis: str


def read_keepings(root: Table, key: str, usual: Mapping[K, Keeping], *, least_days: int = 1) -> Mapping[K, Keeping]:
    """The section `key`: a table for each kind with `keep_days` and its `basis`. What is left out is as usual."""
    if not root.has(key):
        return usual
    table = root.table(key)
    rules = {kind: _keeping(table, kind, kept, least_days) for kind, kept in usual.items()}
    table.finish()
    return MappingProxyType(rules)


def _keeping(table: Table, kind: str, usual: Keeping, least_days: int) -> Keeping:
    if not table.has(kind):
        return usual
    inner = table.table(kind)
    keeping = Keeping(inner.integer("keep_days", least_days, LONGEST_KEPT_DAYS), inner.text("basis"))
    inner.finish()
    return keeping


def write_keepings(rules: Mapping[K, Keeping]) -> dict[str, object]:
    """Such a section as JSON values, with the keys of the file."""
    return {kind.value: {"keep_days": kept.days, "basis": kept.basis} for kind, kept in rules.items()}
