"""Points of the places where visits are made beside the home: workplaces, neighbours, communities, police stations.

A point is somebody's word for where a place is. It speaks for whatever others write there, never for what its own
author writes: else whoever is to be proven right would say what proves it.
"""

from dataclasses import dataclass
from uuid import UUID

from app.rules.errors import Refused
from app.rules.facts import GivenPlace
from app.rules.policy.items import Place

OF_PERSON = (Place.WORKPLACE, Place.NEIGHBOURS)
"""Where somebody works, or a guardian lives: of that person alone."""
OF_OFFICE = (Place.COMMUNITY, Place.POLICE_STATION)
"""The same for everybody of a justice office; each may have several."""
MOST = 500
"""So many an office has at the most, so that a record is measured against no more."""


@dataclass(frozen=True)
class NewPoint:
    """A point as it is entered: of one person, or of an office."""

    id: UUID
    office_id: UUID | None
    subject_id: UUID | None
    place: Place
    name: str
    at: GivenPlace
    body_hash: bytes


def check_point(new: NewPoint) -> None:
    """Refused `point_unfit` where the place is none of a person's, or of an office's, as asked."""
    wanted = OF_PERSON if new.subject_id is not None else OF_OFFICE
    if (new.subject_id is None) == (new.office_id is None) or new.place not in wanted:
        raise Refused("point_unfit")
