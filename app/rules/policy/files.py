"""What a policy says of case files: how long an attachment of each purpose is kept, and on which basis."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.rules.facts import FilePurpose
from app.rules.policy.reader import Table

LONGEST_KEPT_DAYS = 36_500

ARCHIVE = "社区矫正法实施办法第十八条：建立社区矫正档案；保存期限待县级机构确认"
SHORTEST = "个人信息保护法第十九条：保存期限为实现目的所必要的最短时间；具体日数待县级机构确认"
"""The bases that a policy without a word about case files stands on."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many days, counted from when it was added, and by which rule."""

    days: int
    basis: str


FileRules = Mapping[FilePurpose, Keeping]

USUAL_FILES: FileRules = MappingProxyType(
    {
        FilePurpose.PHOTO: Keeping(1_095, SHORTEST),
        FilePurpose.SIGNATURE_SUBJECT: Keeping(3_650, ARCHIVE),
        FilePurpose.SIGNATURE_OFFICER: Keeping(3_650, ARCHIVE),
        FilePurpose.STAMP: Keeping(1_095, SHORTEST),
        FilePurpose.RECORDING: Keeping(365, SHORTEST),
        FilePurpose.DOCUMENT: Keeping(3_650, ARCHIVE),
    }
)
"""Assumed, all of them, until the county confirms them."""


def read_files(root: Table) -> FileRules:
    """`files`: a table for each purpose with `keep_days` and its `basis`. What is left out is as usual."""
    if not root.has("files"):
        return USUAL_FILES
    table = root.table("files")
    rules = {purpose: _keeping(table, purpose) for purpose in FilePurpose}
    table.finish()
    return MappingProxyType(rules)


def _keeping(table: Table, purpose: FilePurpose) -> Keeping:
    if not table.has(purpose):
        return USUAL_FILES[purpose]
    inner = table.table(purpose)
    keeping = Keeping(inner.integer("keep_days", 1, LONGEST_KEPT_DAYS), inner.text("basis"))
    inner.finish()
    return keeping


def write_files(rules: FileRules) -> dict[str, object]:
    """The section as JSON values, with the keys of the file."""
    return {purpose.value: {"keep_days": kept.days, "basis": kept.basis} for purpose, kept in rules.items()}
