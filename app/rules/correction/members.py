"""Who a correction group must hold: a woman for a woman [Law 25]; somebody who knows minors for a minor [Law 52], and
the guardian [Law 53]; somebody of the justice office, with whom the others sign the 矫正责任书 [Measures 19].

Three answers: what is not known of a person or of a member never counts as lacking.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.rules.calendar import add_months, end_of_day
from app.rules.effects.correction import MemberKind

FEMALE = "female"
OF_AGE_MONTHS = 18 * 12
"""A guardian's duty ends with the ward's minority; the regime for minors, fixed at intake, goes on [Law 58].

Eighteen years are complete from the day after the birthday (法释〔2006〕1号, article 2), here as at intake.
"""

SF0015_MEMBER_CODES: dict[MemberKind, str] = {
    MemberKind.JUSTICE_OFFICE: "01",
    MemberKind.SOCIAL_WORKER: "02",
    MemberKind.VOLUNTEER: "03",
    MemberKind.VILLAGE: "04",
    MemberKind.EMPLOYER: "05",
    MemberKind.SCHOOL: "06",
    MemberKind.FAMILY: "07",
    MemberKind.GUARANTOR: "08",
    MemberKind.POLICE: "09",
    MemberKind.OTHER: "99",
}
"""Codes of members in the national exchange format, SF0015 table 9.20 (the edition before SF/T 0015-2021)."""


class Need(StrEnum):
    """What a group may lack, in the order in which it is said."""

    MEMBERS = "members"
    JUSTICE_OFFICE = "justice_office"
    WOMAN = "woman"
    KNOWS_MINORS = "knows_minors"
    GUARDIAN = "guardian"
    LETTERS = "letters"


class Completeness(StrEnum):
    """The three answers."""

    COMPLETE = "complete"
    LACKS = "lacks"
    CANNOT_BE_JUDGED = "cannot_be_judged"


@dataclass(frozen=True, slots=True)
class Person:
    """What of the subject decides whom the group needs; None is what was never registered."""

    sex: str | None
    minor_regime: bool
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """One member: in the group in [from_at, to_at); `letter_at` is when the member signed the 矫正责任书."""

    id: UUID
    kind: MemberKind
    sex: str | None
    knows_minors: bool
    guardian: bool
    from_at: datetime
    to_at: datetime | None = None
    letter_at: datetime | None = None

    def belongs(self, at: datetime) -> bool:
        """Whether the member is in the group at that instant."""
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the group lacks, and what nobody can tell because something was never registered."""

    lacks: tuple[Need, ...] = ()
    unknown: tuple[Need, ...] = ()

    @property
    def completeness(self) -> Completeness:
        """What is known to be lacking weighs more than what is not known."""
        if self.lacks:
            return Completeness.LACKS
        return Completeness.CANNOT_BE_JUDGED if self.unknown else Completeness.COMPLETE


def judge_group(person: Person, members: Iterable[Member], *, guardian: bool, at: datetime) -> Verdict:
    """Whether the group is complete at `at`. `guardian`: the local rule wants a minor's guardian in the group."""
    present = [member for member in members if member.belongs(at)]
    if not present:
        return Verdict(lacks=(Need.MEMBERS,))
    answers = {
        Need.JUSTICE_OFFICE: any(member.kind is MemberKind.JUSTICE_OFFICE for member in present),
        Need.WOMAN: _woman(person, present),
        Need.KNOWS_MINORS: not person.minor_regime or any(member.knows_minors for member in present),
        Need.GUARDIAN: _guardian(person, present, at) if guardian else True,
        Need.LETTERS: all(_has_signed(member, at) for member in present),
    }
    return Verdict(
        lacks=tuple(need for need, met in answers.items() if met is False),
        unknown=tuple(need for need, met in answers.items() if met is None),
    )


def complete_since(person: Person, members: Iterable[Member], *, guardian: bool, at: datetime) -> datetime | None:
    """Since when the group that is complete at `at` has been so without a break; None where it is not."""
    known = tuple(members)
    if judge_group(person, known, guardian=guardian, at=at).completeness is not Completeness.COMPLETE:
        return None
    edges = {edge for one in known for edge in (one.from_at, one.to_at, one.letter_at)} | {_of_age_at(person)}
    since = at
    for moment in sorted((edge for edge in edges if edge is not None and edge <= at), reverse=True):
        if judge_group(person, known, guardian=guardian, at=moment).completeness is not Completeness.COMPLETE:
            break
        since = moment
    return since


def _woman(person: Person, present: list[Member]) -> bool | None:
    if any(member.sex == FEMALE for member in present):
        return True
    if person.sex is None:
        return None
    if person.sex != FEMALE:
        return True
    return None if any(member.sex is None for member in present) else False


def _guardian(person: Person, present: list[Member], at: datetime) -> bool | None:
    if not person.minor_regime or any(member.guardian for member in present):
        return True
    of_age_at = _of_age_at(person)
    return None if of_age_at is None else at >= of_age_at


def _of_age_at(person: Person) -> datetime | None:
    return None if person.birth_date is None else end_of_day(add_months(person.birth_date, OF_AGE_MONTHS))


def _has_signed(member: Member, at: datetime) -> bool:
    """The justice office is the other party of every letter, and signs none of its own."""
    if member.kind is MemberKind.JUSTICE_OFFICE:
        return True
    return member.letter_at is not None and member.letter_at <= at
