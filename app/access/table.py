"""The table of actions and the roles that may do them. What is not in it nobody may do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from app.rules.errors import NotAllowed
from app.rules.facts import Actor, Role

Part = TypeVar("Part")

_A, _O, _CS, _CH, _CI, _P, _PR, _AD = (
    Role.AIDE,
    Role.OFFICER,
    Role.COUNTY_STAFF,
    Role.COUNTY_HEAD,
    Role.CITY_STAFF,
    Role.PROCURATOR,
    Role.PROVIDER,
    Role.ADMIN,
)

EVERYONE = frozenset(Role)
CASE_READERS = frozenset({_A, _O, _CS, _CH, _CI, _P, _PR})
CASE_WORKERS = frozenset({_O, _CS, _CH})

ACTIONS: dict[str, frozenset[Role]] = {
    "self.read": EVERYONE,
    "self.secure": EVERYONE,
    "notices.read": EVERYONE,
    "service.read": EVERYONE,
    "offices.read": EVERYONE,
    "offices.change": frozenset({_AD}),
    "users.read": frozenset({_O, _CS, _CH, _CI, _AD}),
    "users.change": frozenset({_AD}),
    "absences.read": EVERYONE - {_PR},
    "absences.change": frozenset({_O, _CS, _CH, _CI, _AD}),
    "policies.read": EVERYONE - {_PR},
    "policies.change": frozenset({_CH}),
    "policy_drafts.read": frozenset({_CS, _CH, _CI}),
    "policy_drafts.edit": frozenset({_CS}),
    "policy_drafts.decide": frozenset({_CH}),
    "policy_drafts.try": frozenset({_CS, _CH}),
    "subjects.read": CASE_READERS,
    "subjects.change": CASE_WORKERS,
    "devices.release": CASE_WORKERS,
    "trackers.read": CASE_READERS - {_PR},
    "trackers.change": CASE_WORKERS,
    "poison.read": frozenset({_CS, _CH, _CI, _AD}),
    "identity.reveal": CASE_WORKERS | {_P},
    "tracks.read": CASE_WORKERS | {_CI, _P},
    "judgments.read": CASE_READERS - {_PR},
    "judgments.change": CASE_WORKERS,
    "intake.confirm": CASE_WORKERS,
    "orders.read": CASE_READERS - {_PR, _A},
    "orders.decide": frozenset({_CH}),
    "orders.serve": CASE_WORKERS,
    "orders.assess": CASE_WORKERS,
    "orders.ask_lift": CASE_WORKERS,
    "orders.sheet": frozenset({_CS, _CH, _CI, _P}),
    "searches.read": CASE_READERS - {_PR},
    "searches.open": CASE_WORKERS,
    "searches.record": CASE_WORKERS | {_A},
    "searches.end": CASE_WORKERS,
    "searches.paper": CASE_WORKERS,
    "periods.read": EVERYONE - {_PR, _AD},
    "periods.announce": frozenset({_CS, _CH, _CI}),
    "occasions.read": CASE_READERS - {_PR},
    "occasions.write": CASE_WORKERS,
    "correction.read": CASE_READERS,
    "correction.change": CASE_WORKERS,
    "correction.approve": CASE_WORKERS,
    "day.read": CASE_READERS - {_PR, _P},
    "workload.read": CASE_READERS - {_PR, _A},
    "offices.place": CASE_WORKERS,
    "duties.read": CASE_READERS,
    "duties.waive": CASE_WORKERS,
    "waivers.read": CASE_READERS - {_A},
    "waivers.decide": frozenset({_CS, _CH}),
    "check_ins.read": CASE_READERS,
    "check_ins.record": CASE_WORKERS | {_A},
    "check_ins.review": CASE_WORKERS,
    "photos.read": CASE_WORKERS | {_CI, _P},
    "attachments.read": CASE_READERS - {_PR},
    "attachments.keep": CASE_WORKERS | {_A},
    "attachments.delete": frozenset({_CS, _CH}),
    "spot_checks.read": CASE_READERS,
    "spot_checks.order": CASE_WORKERS,
    "leave.read": CASE_READERS,
    "leave.enter": CASE_WORKERS | {_A},
    "leave.decide": CASE_WORKERS | {_CI},
    "leave.report": CASE_WORKERS | {_A},
    "leave.confirm": CASE_WORKERS,
    "leave.tell_procuratorate": frozenset({_CS, _CH}),
    "patterns.read": CASE_READERS - {_PR},
    "patterns.note": CASE_WORKERS,
    "record_patterns.read": frozenset({_A, _O, _CS, _CH, _CI}),
    "record_patterns.note": frozenset({_A, _O, _CS, _CH, _CI}),
    "alerts.read": CASE_READERS - {_PR},
    "alerts.evidence": CASE_WORKERS | {_CI},
    "alerts.acknowledge": CASE_WORKERS | {_A, _CI},
    "alerts.close": CASE_WORKERS | {_CI},
    "zones.read": CASE_READERS,
    "zones.change": CASE_WORKERS,
    "visits.read": CASE_READERS,
    "visits.record": CASE_WORKERS | {_A},
    "talks.record": CASE_WORKERS,
    "records.paper": CASE_WORKERS,
    "facts.read": CASE_READERS,
    "facts.record": CASE_WORKERS | {_A},
    "facts.settle": CASE_WORKERS,
    "facts.reveal": CASE_WORKERS | {_P},
    "compliance.read": CASE_READERS - {_PR, _A},
    "compliance.export": frozenset({_CS, _CH, _CI, _P}),
    "visit_points.read": frozenset({_A, _O, _CS, _CH, _CI}),
    "visit_points.set": CASE_WORKERS,
    "samples.read": frozenset({_CS, _CH, _CI, _P}),
    "samples.draw": frozenset({_CS, _CH, _CI}),
    "samples.answer": frozenset({_A, _O, _CS}),
    "red_list.read": frozenset({_O, _CS, _CH, _CI}),
    "weekly_reviews.read": frozenset({_O, _CS, _CH, _CI, _P}),
    "weekly_reviews.write": frozenset({_O, _CS, _CH}),
    "audit.read": frozenset({_CH, _CI, _P}),
    "access_log.read": frozenset({_CS, _CH, _CI, _P}),
}


def allow(actor: Actor, action: str) -> Actor:
    """The actor with only those grants that permit `action`, so that row scope follows the same grants.

    NotAllowed where none does, or where the action is unknown.
    """
    permitted = ACTIONS.get(action, frozenset())
    grants = tuple(grant for grant in actor.grants if grant.role in permitted)
    if not grants:
        raise NotAllowed("not_allowed")
    return replace(actor, grants=grants)


def allowed(actor: Actor, actions: Mapping[Part, str]) -> dict[Part, Actor]:
    """For each part of something that opens by an action of its own: the actor as far as that one is permitted.

    A part that no grant opens is left out.
    """
    opened = {}
    for part, action in actions.items():
        try:
            opened[part] = allow(actor, action)
        except NotAllowed:
            continue
    return opened
