"""The chain over the audit: what is hashed of an act, and what a look over links and acts finds wrong first.

Each link holds the hash of the link before and of every column of one act, so that no act can be changed, taken out,
moved or slipped in without all links after it being made anew. That somebody made all of them anew, or cut the end
off, is shown by checkpoints: the head of the chain, noted from time to time outside the database.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

FORM = 1
"""The canonical form that new links are made in. Links of every earlier form stay readable."""


class Act(NamedTuple):
    """One row of the audit: every column, as text where it is no number. `at_us` counts microseconds since 1970."""

    id: int
    at_us: int
    actor_kind: str
    actor_id: str | None
    action: str
    subject_id: str | None
    object_kind: str | None
    object_id: str | None
    reason: str | None
    details: str


class Link(NamedTuple):
    """The seal of one act. `seq` counts from 1 without a gap."""

    seq: int
    audit_id: int
    form: int
    previous: bytes
    hash: bytes


class Head(NamedTuple):
    """Where the chain ends, or where a look over it begins: the newest link, or the start of all."""

    seq: int = 0
    audit_id: int = 0
    hash: bytes = bytes(32)


@dataclass(frozen=True)
class Horizon:
    """Acts up to `audit_id` are all there, or will never be, as soon as none of `writers` is at work any more."""

    audit_id: int
    writers: frozenset[str]


@dataclass(frozen=True)
class Break:
    """The first thing that is not as it was sealed: a code of BREAKS, and the link and act that it is about."""

    code: str
    seq: int
    audit_id: int | None = None


@dataclass(frozen=True)
class Looked:
    """How far a look came: `head` is the last link that fits, `verified` how many it passed."""

    head: Head
    verified: int
    broken: Break | None = None


@dataclass(frozen=True)
class Checkpoints:
    """Hashes by the number of their link, as they were noted outside the database."""

    hashes: Mapping[int, frozenset[bytes]] = field(default_factory=dict)

    def differs(self, head: Head) -> bool:
        """Whether a hash was noted for this link that it does not have."""
        noted = self.hashes.get(head.seq)
        return noted is not None and noted != {head.hash}

    def beyond(self, head: Head) -> int | None:
        """The first noted link that comes after the end of the chain."""
        return min((seq for seq in self.hashes if seq > head.seq), default=None)


def canonical(seq: int, act: Act) -> bytes:
    """An act in form 1: a JSON array in UTF-8 without spaces of form, link number and all columns."""
    return _as_json([FORM, seq, *act]).encode()


def link(head: Head, act: Act) -> Link:
    """The link that seals `act` after `head`."""
    seq = head.seq + 1
    return Link(seq, act.id, FORM, head.hash, sha256(head.hash + canonical(seq, act)).digest())


def seal(head: Head, acts: Sequence[Act]) -> list[Link]:
    """The links for the acts that follow, in order."""
    links = []
    for act in acts:
        made = link(head, act)
        links.append(made)
        head = Head(made.seq, made.audit_id, made.hash)
    return links


def look(head: Head, links: Sequence[Link], acts: Sequence[Act], checkpoints: Checkpoints) -> Looked:
    """Go over the links after `head` and the acts between its act and that of the last link, both in order.

    Stops at the first break.
    """
    begun, found = head.seq, {act.id: act for act in acts}
    strangers = sorted(found.keys() - {one.audit_id for one in links})
    for one in links:
        broken = _break(head, one, found.get(one.audit_id), strangers)
        if broken is not None:
            return Looked(head, head.seq - begun, broken)
        head = Head(one.seq, one.audit_id, one.hash)
        if checkpoints.differs(head):
            return Looked(head, head.seq - begun, Break("other_history", one.seq, one.audit_id))
    return Looked(head, head.seq - begun)


def _break(head: Head, one: Link, act: Act | None, strangers: Sequence[int]) -> Break | None:
    """What is wrong with one link; the first that applies, since each makes the next ones pointless."""
    made = link(head, act) if act else None
    if one == made and one.audit_id > head.audit_id and not (strangers and strangers[0] < one.audit_id):
        return None
    if one.seq != head.seq + 1:
        return Break("seal_missing", head.seq + 1)
    if strangers and strangers[0] < one.audit_id and one.audit_id > head.audit_id:
        return Break("inserted", one.seq, strangers[0])
    faults = {
        "out_of_order": one.previous != head.hash or one.audit_id <= head.audit_id,
        "form_unknown": one.form != FORM,
        "missing": made is None,
    }
    code = next((code for code, applies in faults.items() if applies), "changed")
    return Break(code, one.seq, one.audit_id)


BREAKS = {
    "changed": "the row is not what was sealed: a column was changed, or another row stands in its place",
    "missing": "the row that was sealed here is gone",
    "inserted": "a row that was never sealed stands among rows that were: it was put there later",
    "seal_missing": "the seal of this number is gone",
    "out_of_order": "the seal does not follow the one before it: seals were moved or made anew",
    "form_unknown": "the seal is of a form that this program does not know: it is newer, or was changed",
    "other_history": "the seal is not the one that was noted outside: the chain was made anew from here or before, "
    "or the database was brought back to an earlier state and went on differently",
    "cut": "a seal of this number was noted outside, and the chain ends before it: its end was cut off, or the "
    "database was brought back to an earlier state",
    "unsealed": "the row should have been sealed long since: the sealing job stands still, a transaction stays open, "
    "or the end of the seals was cut off",
}
"""What each break means, for those who look after the service."""
