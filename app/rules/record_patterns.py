"""Patterns of one officer's records that are worth a second look. None is a finding: each has plain causes, and the
officer's own answer stands beside it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from app.rules.facts import DutyKind, Reason
from app.rules.policy.proof import ProofRules

NEIGHBOURS = 3
"""With how many that come next in order a text is compared: those that begin, or end, alike lie side by side."""
CHOICE = timedelta(days=2)
"""A turn that is over earlier than so long after its first day leaves hardly any other day: it shows no habit."""
ON_THE_WAY = frozenset({DutyKind.VISIT, DutyKind.TALK})
"""What takes its time at a place or with a person; what is looked up at the desk comes in series by its nature."""
_NOT_WORDS = re.compile(r"[\W\d_]+")


class RecordPattern(StrEnum):
    """What stands out."""

    MANY_IN_MINUTES = "many_in_minutes"
    WRITTEN_FAR = "written_far"
    SAME_TEXT = "same_text"
    SAME_PHOTO = "same_photo"
    LAST_DAY = "last_day"


@dataclass(frozen=True)
class Written:
    """One record as far as patterns look at it. `far_m` is how far from the home the officer was at the least, None
    where nobody knows or the record tells of no home; `turns` holds, for each duty it fulfilled, the first and the last
    local day of its time.
    """

    id: UUID
    kind: DutyKind
    subject_id: UUID
    happened_at: datetime
    day: date
    note: str
    far_m: float | None = None
    turns: tuple[tuple[date, date], ...] = ()
    photos: tuple[tuple[bytes, int | None], ...] = ()


@dataclass(frozen=True)
class Seen:
    """One pattern, in plain words, and the records that it is about."""

    pattern: RecordPattern
    why: Reason
    records: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class NewRecordNote:
    """What somebody says of a pattern: the officer's own answer, or a supervisor's note."""

    id: UUID
    officer_id: UUID
    pattern: RecordPattern
    note: str
    body_hash: bytes


def of_officer(records: Sequence[Written], rules: ProofRules) -> Iterator[Seen]:
    """What stands out about one officer's records of the time that is looked at."""
    in_order = sorted(records, key=lambda one: (one.happened_at, one.id))
    yield from _many_in_minutes(in_order, rules)
    yield from _written_far(in_order, rules)
    yield from _same_text(in_order, rules)
    yield from _same_photo(in_order, rules)
    yield from _last_day(in_order, rules)


def plain(note: str) -> str:
    """A text without what differs by itself: signs, blanks, numbers, the width of letters."""
    return _NOT_WORDS.sub("", unicodedata.normalize("NFKC", note)).casefold()


def _many_in_minutes(records: Sequence[Written], rules: ProofRules) -> Iterator[Seen]:
    """The fullest stretch: visits of so many different people that nobody gets from one to the next."""
    length, start = timedelta(minutes=rules.look_many_min), 0
    within, people, best = Counter[UUID](), 0, slice(0)
    made = [one for one in records if one.kind in ON_THE_WAY]
    for end, last in enumerate(made):
        within[last.subject_id] += 1
        while last.happened_at - made[start].happened_at > length:
            within[made[start].subject_id] -= 1
            if not within[made[start].subject_id]:
                del within[made[start].subject_id]
            start += 1
        if len(within) > people:
            people, best = len(within), slice(start, end + 1)
    if people >= rules.look_many:
        params = (
            ("people", str(people)),
            ("minutes", str(rules.look_many_min)),
            ("at", made[best][0].happened_at.isoformat()),
        )
        yield Seen(RecordPattern.MANY_IN_MINUTES, Reason("records_many_in_minutes", params), _ids(made[best]))


def _written_far(records: Sequence[Written], rules: ProofRules) -> Iterator[Seen]:
    far = [one for one in records if one.far_m is not None and one.far_m > rules.look_far_m]
    if len(far) >= rules.look_far_times:
        params = (("times", str(len(far))), ("metres", str(rules.look_far_m)))
        yield Seen(RecordPattern.WRITTEN_FAR, Reason("records_written_far", params), _ids(far))


def _same_text(records: Sequence[Written], rules: ProofRules) -> Iterator[Seen]:
    """Texts that are the same but for signs and numbers, or nearly: each is compared with its neighbours in order, from
    the front and from the back, so that the work grows with their number and not with its square.
    """
    texts = {one.id: plain(one.note) for one in records}
    long = {key: text for key, text in texts.items() if len(text) >= rules.look_same_length}
    alike = _alike(long, rules.look_same_percent, set())
    alike = _alike({key: text[::-1] for key, text in long.items()}, rules.look_same_percent, alike)
    if len(alike) >= 2:
        params = (("records", str(len(alike))), ("percent", str(rules.look_same_percent)))
        yield Seen(RecordPattern.SAME_TEXT, Reason("records_same_text", params), _ids(records, alike))


def _alike(texts: Mapping[UUID, str], percent: int, found: set[UUID]) -> set[UUID]:
    """What is alike, beside what was found so: two of which that is known already need not be compared.

    Alike is what differs in one stretch alone, or has so many of its pairs of letters in common, wherever they stand.
    """
    found = set(found)
    in_order = sorted(texts, key=lambda key: (texts[key], key))
    pairs = {key: Counter(map("".join, pairwise(text))) for key, text in texts.items()}
    for place, one in enumerate(in_order):
        for other in in_order[place + 1 : place + 1 + NEIGHBOURS]:
            if one in found and other in found:
                continue
            least = percent * (len(texts[one]) + len(texts[other])) / 200
            if _at_both_ends(texts[one], texts[other]) >= least or _in_common(pairs[one], pairs[other], least):
                found |= {one, other}
    return found


def _in_common(one: Counter[str], other: Counter[str], least: float) -> bool:
    """Whether so many are in common; what the other has not at all soon rules most out."""
    return one.total() - len(one.keys() - other.keys()) >= least and (one & other).total() >= least


def _at_both_ends(one: str, other: str) -> int:
    """How many letters two texts have in common from the front, and from the back of what is left."""
    front = _begin_alike(one, other)
    return front + _begin_alike(one[front:][::-1], other[front:][::-1])


def _begin_alike(one: str, other: str) -> int:
    differ = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _same_photo(records: Sequence[Written], rules: ProofRules) -> Iterator[Seen]:
    """The same file, or the same picture sent anew. A picture without light and dark looks like any other such."""
    photos = [(one.id, *photo) for one in records for photo in one.photos]
    found: set[UUID] = set()
    for place, (record, sha256, look) in enumerate(photos):
        for other, other_sha256, other_look in photos[place + 1 :]:
            if record != other and (sha256 == other_sha256 or _looks_alike(look, other_look, rules.look_photo_bits)):
                found |= {record, other}
    if found:
        params = (("records", str(len(found))),)
        yield Seen(RecordPattern.SAME_PHOTO, Reason("records_same_photo", params), _ids(records, found))


def _looks_alike(one: int | None, other: int | None, bits: int) -> bool:
    if not one or not other:
        return False
    return ((one ^ other) & (2**64 - 1)).bit_count() <= bits


def _last_day(records: Sequence[Written], rules: ProofRules) -> Iterator[Seen]:
    """Of duties that were done in time and had more than a day or two for it."""
    kept = [(one, last) for one in records for first, last in one.turns if one.day <= last and last - first >= CHOICE]
    late = {one.id for one, last in kept if one.day == last}
    on_last = sum(one.day == last for one, last in kept)
    if on_last >= rules.look_last_day_least and on_last * 100 >= len(kept) * rules.look_last_day_percent:
        params = (("times", str(on_last)), ("of", str(len(kept))))
        yield Seen(RecordPattern.LAST_DAY, Reason("records_last_day", params), _ids(records, late))


def _ids(records: Sequence[Written], only: set[UUID] | None = None) -> tuple[UUID, ...]:
    return tuple(one.id for one in records if only is None or one.id in only)
