"""What a policy says of case files: how long an attachment of each purpose is kept, counted from when it was added."""

from collections.abc import Mapping
from types import MappingProxyType

from app.rules.facts import FilePurpose
from app.rules.policy.keeping import ARCHIVE, SHORTEST, Keeping, read_keepings
from app.rules.policy.reader import Table

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
    """`files`: a table for each purpose."""
    return read_keepings(root, "files", USUAL_FILES)
