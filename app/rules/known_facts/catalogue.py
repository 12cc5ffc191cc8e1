"""四知道: what has to be known of a person, as a closed vocabulary. A policy says how often each item is verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.rules.effects.records import Mood, Risk
from app.rules.facts import OccasionKind


class KnownItem(StrEnum):
    """The four items, by the codes that policies use for them."""

    IDENTITY = "知1"
    FAMILY = "知2"
    WHEREABOUTS = "知3"
    MIND = "知4"


class Form(StrEnum):
    """What a field holds: what stands in the file already, one of a closed set, words, or each of the contacts."""

    HELD = "held"
    CHOICE = "choice"
    TEXT = "text"
    CONTACT = "contact"


@dataclass(frozen=True)
class Field:
    """One thing to know. `required`: the item is not known without it; or only where the field `needed_with[0]` holds
    one of the other words of `needed_with`.

    `passing`: it changes by its nature, so that the latest word counts and two of them are no contradiction.
    `sensitive`: shown for a reason that is recorded. `own`: the person reads it in the own file. `words`: a choice that
    must be told why. `event`: what has happened where the value changes.
    """

    code: str
    item: KnownItem
    form: Form
    required: bool = False
    options: tuple[str, ...] = ()
    needed_with: tuple[str, ...] = ()
    passing: bool = False
    sensitive: bool = False
    own: bool = False
    words: bool = False
    event: OccasionKind | None = None

    @property
    def compared(self) -> bool:
        """Whether two sources that differ contradict each other."""
        return self.form in {Form.CHOICE, Form.TEXT} and not self.passing


CONTACTS_NEEDED = 2
"""So many contacts must have been reached by a test, so that somebody can always be asked."""

REACHED, UNREACHED = "reached", "unreached"
AT_WORK = ("employed", "self_employed", "studying")
OCCUPATIONS = (*AT_WORK, "farming", "unemployed", "retired", "unable")
TENURES = ("own", "rented", "family", "employer", "institution", "none")
_IDENTITY, _FAMILY, _WHERE, _MIND = KnownItem

FIELDS: tuple[Field, ...] = (
    Field("identity", _IDENTITY, Form.HELD, required=True, own=True),
    Field("case", _IDENTITY, Form.TEXT, required=True, own=True),
    Field("term", _IDENTITY, Form.HELD, required=True, own=True),
    Field("class", _IDENTITY, Form.HELD, required=True, own=True),
    Field("restrictions", _IDENTITY, Form.TEXT, required=True, own=True),
    Field("health", _IDENTITY, Form.TEXT, sensitive=True, own=True),
    Field("phone", _FAMILY, Form.HELD, required=True, own=True),
    Field("contact", _FAMILY, Form.CONTACT, required=True, options=(REACHED, UNREACHED), passing=True),
    Field("family", _FAMILY, Form.TEXT, required=True, own=True),
    Field("guarantor", _FAMILY, Form.TEXT, own=True),
    Field("family_strain", _FAMILY, Form.TEXT, sensitive=True),
    Field("dwelling", _WHERE, Form.HELD, required=True, own=True),
    Field("tenure", _WHERE, Form.CHOICE, required=True, options=TENURES, own=True, event=OccasionKind.HOME_EVENT),
    Field("lives_with", _WHERE, Form.TEXT, own=True),
    Field(
        "occupation", _WHERE, Form.CHOICE, required=True, options=OCCUPATIONS, own=True, event=OccasionKind.WORK_EVENT
    ),
    Field("workplace", _WHERE, Form.TEXT, needed_with=("occupation", *AT_WORK), own=True),
    Field("mood", _MIND, Form.CHOICE, required=True, options=tuple(map(str, Mood)), passing=True),
    Field("risk", _MIND, Form.CHOICE, required=True, options=tuple(map(str, Risk)), passing=True, words=True),
    Field("conduct", _MIND, Form.CHOICE, required=True, options=("good", "fair", "poor", "unclear"), passing=True),
    Field("plan", _MIND, Form.TEXT, required=True, passing=True, own=True),
    Field("scale", _MIND, Form.TEXT, passing=True, sensitive=True),
)
"""Mood and risk use the words of visit and talk records, so that what is noted there counts here."""

BY_CODE: Mapping[str, Field] = {field.code: field for field in FIELDS}


def fields_of(item: KnownItem) -> tuple[Field, ...]:
    """The fields of one item in the order in which they are read."""
    return tuple(field for field in FIELDS if field.item is item)
