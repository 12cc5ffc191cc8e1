"""Which role decides at which level, and what whoever may not is told [Law 27; Measures 27]."""

from app.rules.errors import NotAllowed
from app.rules.facts import Actor, Role
from app.rules.leave.kinds import LeaveLevel

MAY_DECIDE = {
    LeaveLevel.OFFICE: frozenset({Role.OFFICER, Role.COUNTY_STAFF, Role.COUNTY_HEAD}),
    LeaveLevel.COUNTY: frozenset({Role.COUNTY_STAFF, Role.COUNTY_HEAD}),
    LeaveLevel.CITY: frozenset({Role.CITY_STAFF}),
}
"""Roles that decide at each level. What the county delegated it may still decide itself."""
LEVEL_OF = {
    Role.CITY_STAFF: LeaveLevel.CITY,
    Role.COUNTY_HEAD: LeaveLevel.COUNTY,
    Role.COUNTY_STAFF: LeaveLevel.COUNTY,
    Role.OFFICER: LeaveLevel.OFFICE,
}
NEEDS = {
    LeaveLevel.OFFICE: "leave_needs_office",
    LeaveLevel.COUNTY: "leave_needs_county",
    LeaveLevel.CITY: "leave_needs_city",
}


def may_decide(needed: LeaveLevel, actor: Actor) -> LeaveLevel | None:
    """At which level the actor would decide; None where none of the actor's roles may."""
    return next((level for role, level in LEVEL_OF.items() if role in MAY_DECIDE[needed] and actor.has(role)), None)


def refuse_other_roles(needed: LeaveLevel, actor: Actor) -> LeaveLevel:
    """At which level the actor decides; NotAllowed with who must, where none of the actor's roles may."""
    level = may_decide(needed, actor)
    if level is None:
        raise NotAllowed(NEEDS[needed])
    return level
