"""The closed sets of leave: kinds, grounds, states, who decides, and what is reported on the way."""

from enum import StrEnum


class LeaveKind(StrEnum):
    """`leave`: one journey [Law 27; Measures 26-28]. `permit`: frequent travel between counties [Measures 29]."""

    LEAVE = "leave"
    PERMIT = "permit"


class LeaveGround(StrEnum):
    """Why somebody asks [Law 27]. What the law's "and so on" covers is `other`, told in own words."""

    MEDICAL = "medical"
    STUDY = "study"
    LAWSUIT = "lawsuit"
    FAMILY_OR_WORK = "family_or_work"
    OTHER = "other"


class LeaveState(StrEnum):
    """Life of a request. `withdrawn` by whoever asked, before the decision; `revoked` by the office, after it.

    `extended`: a later request goes on from it. `ended`: the person is back, or supervision ended.
    """

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXTENDED = "extended"
    REVOKED = "revoked"
    ENDED = "ended"


class LeaveLevel(StrEnum):
    """Who decides: the justice office by delegation, the county agency, or the city's [Measures 27]."""

    OFFICE = "office"
    COUNTY = "county"
    CITY = "city"


class ReportKind(StrEnum):
    """What is told on the way. `trip` is one journey under a permit, `delay` why somebody cannot be back in time."""

    DEPARTURE = "departure"
    ARRIVAL = "arrival"
    DELAY = "delay"
    RETURN = "return"
    TRIP = "trip"
