"""What is said of a roster before anything is written: who is new, who is there already, what has to be changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.rules.errors import Refused
from app.rules.facts import SubjectStatus
from app.rules.roster.faults import Fault
from app.rules.roster.lines import Line
from app.rules.wording.roster import HEADINGS, SHOWN


@dataclass(frozen=True)
class OnRecord:
    """Somebody whose identity number is in use. Beyond the actor's reach nothing of them is told but that."""

    subject_id: UUID
    within_reach: bool
    subject_no: str
    status: SubjectStatus
    minor_regime: bool
    name: str = field(repr=False)
    category: str
    class_: str | None
    channel: str
    sex: str | None
    phone: str | None = field(repr=False)
    term_from: date | None
    term_to: date | None
    home_address: str | None = field(repr=False)


@dataclass(frozen=True)
class Difference:
    """A field in which the roster and the record differ, as people read both; the record is left as it is."""

    at: str
    on_record: str | None = field(repr=False)
    in_file: str | None = field(repr=False)

    @property
    def heading(self) -> str:
        """What our template calls the field."""
        return HEADINGS[self.at][0]


@dataclass(frozen=True)
class AlreadyThere:
    """A line about somebody who is on record."""

    row: int
    subject_id: UUID
    subject_no: str
    status: SubjectStatus
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Report:
    """What importing a roster would do. `by_phone` of the `new` ones are to check in by phone, and need a log-in."""

    rows: int
    new: int
    by_phone: int
    already_there: tuple[AlreadyThere, ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Receipt:
    """What an import left, the same at every repeat."""

    id: UUID
    imported_at: datetime
    rows: int
    added: int
    already_there: int


class Faulty(Refused):
    """A roster with faults: nobody on it was registered."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("roster_faulty", {"count": len(faults)})
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.row, fault.column or "")))


COMPARED = (
    "name",
    "category",
    "class_",
    "channel",
    "subject_no",
    "sex",
    "phone",
    "term_from",
    "term_to",
    "home_address",
)


def differences(line: Line, record: OnRecord) -> tuple[Difference, ...]:
    """Where the roster says something else than the record. What the roster leaves empty is no difference.

    Of somebody under the regime for minors only the field is named [Law 54].
    """
    found = []
    for at in COMPARED:
        said, known = getattr(line, at), getattr(record, at)
        if said is not None and said != known:
            shown = (None, None) if record.minor_regime else (_shown(at, known), _shown(at, said))
            found.append(Difference(at, *shown))
    return tuple(found)


def _shown(at: str, value: object) -> str | None:
    if value is None:
        return None
    return SHOWN.get(at, {}).get(str(value), str(value))
