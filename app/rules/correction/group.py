"""Acts on a correction group: somebody joins, leaves, signs the 矫正责任书. A complete one settles what is owed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.rules.correction.facts import CorrectionFacts
from app.rules.correction.members import Completeness, Member, complete_since, judge_group
from app.rules.correction.owing import GROUP_RULE, PLAN_RULE, open_at_once, settle
from app.rules.effects import Decision, WriteAudit
from app.rules.effects.correction import AddMember, EndMember, MemberKind, NoteLetter
from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import JOB, About, Actor, Reason, SubjectStatus


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member as it was entered; `letter_at` is when the 矫正责任书 was signed, where it was signed already."""

    id: UUID
    kind: MemberKind
    name: str
    body_hash: bytes
    sex: str | None = None
    phone: str | None = None
    knows_minors: bool = False
    guardian: bool = False
    user_id: UUID | None = None
    from_at: datetime | None = None
    letter_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves the group, since when (None: now), and why, in an officer's words."""

    member_id: UUID
    reason: str
    to_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """Who signed the 矫正责任书, and when (None: now)."""

    member_id: UUID
    signed_at: datetime | None = None


def add_member(facts: CorrectionFacts, new: NewMember, actor: Actor, *, now: datetime) -> Decision:
    """Somebody joins. Conflict `not_in_correction`; Refused for a time ahead, a guardian who is not family."""
    _refuse_unsupervised(facts)
    from_at, letter_at = _past("from", new.from_at, now), new.letter_at
    if new.guardian and new.kind is not MemberKind.FAMILY:
        raise Refused("guardian_is_family", fields={"guardian": "guardian_is_family"})
    if letter_at is not None:
        _past("letter_signed_at", letter_at, now)
    added = AddMember(
        id=new.id,
        subject_id=facts.subject_id,
        kind=new.kind,
        name=new.name,
        sex=new.sex,
        phone=new.phone,
        knows_minors=new.knows_minors,
        guardian=new.guardian,
        user_id=new.user_id,
        from_at=from_at,
        actor=actor,
        at=now,
        body_hash=new.body_hash,
    )
    signed = () if letter_at is None else (NoteLetter(new.id, letter_at, actor, now),)
    member = Member(new.id, new.kind, new.sex, new.knows_minors, new.guardian, from_at, None, letter_at)
    act = _act("groups.add", facts, new.id, actor, now, details={"kind": new.kind.value})
    return Decision((added, *signed, act)) + _follows(facts, (*facts.members, member), new.id, actor, now)


def end_member(facts: CorrectionFacts, leaving: Leaving, actor: Actor, *, now: datetime) -> Decision:
    """A member leaves: where the group is no longer complete, it is owed anew.

    NotFound for nobody of this group; Conflict `member_left` where it was noted before; Refused for a time ahead or
    before the member joined.
    """
    _refuse_unsupervised(facts)
    member = _member(facts, leaving.member_id)
    if member.to_at is not None:
        raise Conflict("member_left")
    to_at = _past("to", leaving.to_at, now)
    if to_at < member.from_at:
        raise Refused("member_left_before", fields={"to": "member_left_before"})
    after = _changed(facts.members, replace(member, to_at=to_at))
    act = _act("groups.end", facts, member.id, actor, now, reason=leaving.reason)
    ended = EndMember(member.id, to_at, leaving.reason, actor, now)
    return Decision((ended, act)) + _follows(facts, after, member.id, actor, now)


def note_letter(facts: CorrectionFacts, letter: Letter, actor: Actor, *, now: datetime) -> Decision:
    """A member signed the 矫正责任书.

    NotFound for nobody of this group; Conflict `letter_signed` where it was noted before, `letter_not_owed` for the
    justice office's own, who sign every letter as the other party; Refused for a time ahead.
    """
    _refuse_unsupervised(facts)
    member = _member(facts, letter.member_id)
    if member.kind is MemberKind.JUSTICE_OFFICE:
        raise Conflict("letter_not_owed")
    if member.letter_at is not None:
        raise Conflict("letter_signed")
    signed_at = _past("signed_at", letter.signed_at, now)
    after = _changed(facts.members, replace(member, letter_at=signed_at))
    act = _act("groups.letter", facts, member.id, actor, now)
    return Decision((NoteLetter(member.id, signed_at, actor, now), act)) + _follows(facts, after, member.id, actor, now)


def reconsider(facts: CorrectionFacts, actor: Actor, *, now: datetime) -> Decision:
    """What is on record of the person changed, such as the sex, or the person came of age: the same group may be
    complete now, or no longer.
    """
    if facts.status is not SubjectStatus.IN_CORRECTION or not facts.members:
        return Decision()
    return _follows(facts, facts.members, facts.members[-1].id, actor, now, again=True)


def owe_what_lacks(facts: CorrectionFacts, *, now: datetime) -> Decision:
    """For somebody who came before the local rule did: an incomplete group and a plan that is not in force are owed
    from now on. Nothing where the rule asks for nothing, or where they are owed already.
    """
    if facts.rules is None or facts.status is not SubjectStatus.IN_CORRECTION:
        return Decision()
    owed, known = Decision(), {duty.rule_code for duty in facts.owed}
    complete = complete_since(facts.person, facts.members, guardian=facts.guardian, at=now) is not None
    why = Reason("correction_owed_by_new_rule")
    if not complete and GROUP_RULE not in known:
        owed += open_at_once(facts, GROUP_RULE, facts.rules.group_days, why, JOB, now)
    if facts.in_force_id is None and PLAN_RULE not in known:
        owed += open_at_once(facts, PLAN_RULE, facts.rules.plan_days, why, JOB, now)
    return owed


def _follows(
    facts: CorrectionFacts,
    members: tuple[Member, ...],
    member_id: UUID,
    actor: Actor,
    now: datetime,
    *,
    again: bool = False,
) -> Decision:
    """A complete group settles what is owed of it. One that is no longer complete is owed anew, once.

    `again`: the person's record changed before, so whether the group was complete by the old one is not known.
    """
    since = complete_since(facts.person, members, guardian=facts.guardian, at=now)
    if since is not None:
        return settle(facts, (GROUP_RULE,), since, About("group_member", member_id), actor, now)
    before = judge_group(facts.person, facts.members, guardian=facts.guardian, at=now).completeness
    if facts.rules is None or _is_owed(facts) or not (again or before is Completeness.COMPLETE):
        return Decision()
    return open_at_once(facts, GROUP_RULE, facts.rules.group_days, Reason("group_incomplete"), actor, now)


def _is_owed(facts: CorrectionFacts) -> bool:
    return any(duty.rule_code == GROUP_RULE for duty in facts.owed)


def _changed(members: Iterable[Member], changed: Member) -> tuple[Member, ...]:
    return tuple(changed if member.id == changed.id else member for member in members)


def _member(facts: CorrectionFacts, member_id: UUID) -> Member:
    for member in facts.members:
        if member.id == member_id:
            return member
    raise NotFound("not_found")


def _refuse_unsupervised(facts: CorrectionFacts) -> None:
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")


def _past(field: str, at: datetime | None, now: datetime) -> datetime:
    if at is not None and at > now:
        raise Refused("member_ahead", fields={field: "member_ahead"})
    return at or now


def _act(
    action: str,
    facts: CorrectionFacts,
    member_id: UUID,
    actor: Actor,
    now: datetime,
    *,
    reason: str | None = None,
    details: dict[str, str] | None = None,
) -> WriteAudit:
    about = About("group_member", member_id)
    return WriteAudit(now, actor, action, facts.subject_id, about, reason, details or {})
