"""Which of the evidence that the policy asks of an item a record has. What is missing can still be added to it."""

from collections.abc import Collection, Iterable

from app.rules.effects.records import Details, Signed
from app.rules.facts import FilePurpose
from app.rules.policy.items import Evidence

_SIGNED = {Signed.ON_SCREEN, Signed.ON_PAPER}
_FILES = {
    FilePurpose.PHOTO: Evidence.PHOTO,
    FilePurpose.STAMP: Evidence.STAMP,
    FilePurpose.RECORDING: Evidence.RECORDING,
    FilePurpose.DOCUMENT: Evidence.DOCUMENT,
}


def gathered(
    details: Details, *, has_fix: bool, has_met: bool, files: Iterable[FilePurpose], item: str
) -> frozenset[str]:
    """What a record has for one of its items: by its own fields, by what is attached, by what its writer ticked."""
    found = {Evidence.NOTE.value}
    found |= {Evidence.PLACE.value} if has_fix else set()
    found |= {Evidence.MET.value} if has_met else set()
    found |= {Evidence.SIGNATURE.value} if details.signing.subject in _SIGNED else set()
    found |= {Evidence.OFFICER_SIGNATURE.value} if details.signing.officer in _SIGNED else set()
    found |= {_FILES[purpose].value for purpose in files if purpose in _FILES}
    ticked = {word for one in details.findings if one.item == item for word in one.evidence}
    return frozenset(found | ticked)


def missing(wanted: Iterable[str], found: Collection[str]) -> tuple[str, ...]:
    """What the policy asks for and the record does not have, in the order of the policy."""
    return tuple(word for word in wanted if word not in found)
