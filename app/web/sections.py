"""Parts of the page of one person: what each reads, who may see it, and how much it may cost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.queries.subject_file import SubjectFile
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.web.guard import known_to_page, may, user_for


@dataclass(frozen=True)
class Seen:
    """What a part is read from: the transaction of the page, who looks (only with the grants that permit the part's
    action), whom the page is about, and now. `user` has all the grants, for a part that is made of such parts itself.
    """

    tx: Any
    reader: Actor
    person: SubjectFile
    now: datetime
    user: Actor


@dataclass(frozen=True)
class Section:
    """A part of the page: its template is given as `part` what `read` found, and the page's `person`.

    `action` is what whoever sees it must be allowed. `statements` is the most that `read` may ask of the database,
    however much there is: a test holds each part to it. `words` are what codes are called, for the template. A part
    whose `read` gives None is left out.
    """

    template: str
    action: str
    read: Callable[[Seen], Any]
    statements: int = 1
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A section as it was read for this page."""

    template: str
    part: Any
    words: Mapping[str, Mapping[str, str]]


def parts_of(sections: Sequence[Section], tx: Any, person: SubjectFile, *, now: datetime) -> list[Part]:
    """What this user may see of a person, in the order of the table.

    One grant may reach the person and another, of the role that opens a part, may not: that part is left out.
    """
    found = []
    for section in sections:
        if not may(section.action):
            continue
        try:
            part = section.read(Seen(tx, user_for(section.action), person, now, known_to_page()))
        except NotFound:
            continue
        if part is not None:
            found.append(Part(section.template, part, section.words))
    return found
