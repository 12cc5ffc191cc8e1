"""One line for each route of the offices' interface: how to ask it, and about what. A route without a line fails.

The walk (`test_every_route.py`) asks each route as every role, about things of the own office, of the office next
door and of another city, and compares the answers with the table of access.
"""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

from app.rules.facts import Role
from tests.builders.app import MONDAY
from tests.builders.leave import a_request
from tests.builders.rosters import a_line, a_roster
from tests.builders.second_factor import a_code
from tests.builders.users import PASSWORD
from tests.builders.zones import a_collection
from tests.guards import (
    correction_examples,
    day_examples,
    file_examples,
    known_fact_examples,
    occasion_examples,
    oversight_examples,
    policy_examples,
)
from tests.guards.asking import Example, Json, Shows
from tests.guards.world import RECEIVED_ON, Place, a_credential_asked_for, awaited_in, id_number_in

BELOW_THE_CITY = frozenset({Role.OFFICER, Role.COUNTY_STAFF, Role.COUNTY_HEAD})


def _in(hours: float) -> str:
    return (MONDAY + timedelta(hours=hours)).isoformat()


CASE, OFFICE, CASES, OFFICES, ONESELF, SOMEBODY_ELSES = Shows

# Absences of others are the county's staff's and the admins' to note; everybody else notes their own.
_OWN_ABSENCES_ONLY = frozenset({Role.OFFICER, Role.CITY_STAFF})

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def _record(place: Place, item: str) -> Json:
    return {
        "id": str(place.derived(f"new record of {item}")),
        "subject_id": str(place.subject_id),
        "items": [item],
        "happened_at": _in(0),
        "note": "情况稳定",
    }


EXAMPLES: dict[str, Example] = {
    "GET /me": Example(ONESELF),
    "GET /service": Example(ONESELF),
    "DELETE /sessions/current": Example(ONESELF),
    "GET /sessions": Example(ONESELF),
    "DELETE /sessions/others": Example(ONESELF),
    "DELETE /sessions/<session_id>": Example(SOMEBODY_ELSES),
    "GET /me/totp": Example(ONESELF),
    "POST /me/totp": Example(ONESELF, lambda _: {"password": PASSWORD}),
    "POST /me/totp/confirm": Example(ONESELF, lambda _: {"totp": a_code()}),
    "POST /users/<user_id>/totp/reset": Example(OFFICE),
    "POST /me/password": Example(ONESELF, lambda _: {"password": PASSWORD, "new_password": f"{PASSWORD}!"}),
    # offices
    "GET /offices": Example(OFFICES),
    "GET /offices/<office_id>": Example(OFFICE),
    "PATCH /offices/<office_id>": Example(OFFICE, lambda _: {"phone": "0570-4000001"}),
    "POST /offices": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("new office")),
            "parent_id": str(place.county.id),
            "level": "justice_office",
            "code": f"new-{place.name}",
            "name": "新设司法所",
        },
    ),
    # users
    "GET /users": Example(OFFICES),
    "GET /users/<user_id>": Example(OFFICE),
    "PATCH /users/<user_id>": Example(OFFICE, lambda _: {"name": "新名"}),
    "POST /users": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("new user")),
            "login": f"new-{place.name}",
            "name": "新人",
            "password": PASSWORD,
            "role": {"id": str(place.derived("role")), "role": "officer", "office_id": str(place.office.id)},
        },
    ),
    "POST /users/<user_id>/roles": Example(
        OFFICE,
        lambda place: {"id": str(place.derived("role")), "role": "aide", "office_id": str(place.office.id)},
    ),
    "DELETE /users/<user_id>/roles/<role_id>": Example(OFFICE),
    "POST /users/<user_id>/password": Example(OFFICE, lambda _: {"password": PASSWORD}),
    "POST /users/<user_id>/disable": Example(OFFICE),
    "POST /users/<user_id>/enable": Example(OFFICE),
    # absences
    "GET /absences": Example(OFFICES),
    "POST /absences": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("new absence")),
            "user_id": str(place.id_of("user_id")),
            "from": _in(48),
            "to": _in(50),
        },
        refuses=_OWN_ABSENCES_ONLY,
    ),
    "DELETE /absences/<absence_id>": Example(OFFICE, refuses=_OWN_ABSENCES_ONLY),
    # subjects
    "GET /subjects": Example(CASES),
    "POST /subjects": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("new subject")),
            "name": "新来",
            "birth_date": "1990-05-17",
            "category": "probation",
            "class": "normal",
            "office_id": str(place.office.id),
        },
    ),
    "POST /subjects/find": Example(CASES, lambda place: {"id_number": id_number_in(place.name)}),
    "GET /subjects/<subject_id>": Example(CASE),
    "PATCH /subjects/<subject_id>": Example(CASE, lambda _: {"phone": "13911112222"}),
    "POST /subjects/<subject_id>/class-change": Example(CASE, lambda _: {"class": "strict", "reason": "两次未签到"}),
    "POST /subjects/<subject_id>/end": Example(CASE, lambda _: {"reason": "custody", "note": "收监"}),
    "POST /subjects/<subject_id>/id-number/reveal": Example(CASE, lambda _: {"reason": "核对文书"}),
    "GET /subjects/<subject_id>/timeline": Example(CASE),
    # channels: nothing of another user's can be named in them
    "GET /channel": Example(ONESELF),
    "POST /channel": Example(ONESELF, lambda _: {"id": str(uuid4()), "address": "xu@example.gov.cn"}),
    "PATCH /channel": Example(ONESELF, lambda _: {"wait_min": 5}, status=422),
    "DELETE /channel": Example(ONESELF),
    "POST /channel/test": Example(ONESELF, status=422),
    "POST /channel/verify": Example(ONESELF, lambda _: {"code": "123456"}, status=422),
    # rosters
    "GET /rosters/template": Example(OFFICES),
    "POST /rosters": Example(
        OFFICE,
        form=lambda place: {
            "id": str(place.derived("new roster")),
            "office_id": str(place.office.id),
            "dry_run": "false",
            "file": (BytesIO(a_roster({**a_line(9), "司法所": None})), "名册.xlsx"),
        },
    ),
    # judgments
    "GET /judgments": Example(CASES),
    "POST /judgments": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("new judgment")),
            "subject": {"id": str(place.derived("announced")), "name": "将来"},
            "office_id": str(place.office.id),
            "category": "parole",
            "effective_on": "2026-03-02",
        },
    ),
    "GET /judgments/<judgment_id>": Example(CASE),
    "POST /judgments/<judgment_id>/papers": Example(CASE, lambda _: {"papers_on": "2026-02-02"}),
    "POST /judgments/<judgment_id>/receipt": Example(CASE, lambda _: {"received_on": f"{RECEIVED_ON}"}),
    "POST /judgments/<judgment_id>/confirm-missed-intake": Example(
        CASE, lambda place: {"id": str(place.derived("confirmation")), "reason": "多方查找未果"}
    ),
    # phones
    "GET /devices": Example(CASE, query=lambda place: {"subject_id": str(place.subject_id)}),
    "POST /subjects/<subject_id>/device/release": Example(CASE, lambda _: {"reason": "手机遗失"}),
    # phones without our app
    "GET /tracker-credentials": Example(CASE, query=lambda place: {"subject_id": str(place.subject_id)}),
    "POST /tracker-credentials": Example(CASE, a_credential_asked_for),
    "POST /tracker-credentials/<credential_id>/revoke": Example(CASE, lambda _: {"reason": "手机遗失"}),
    "GET /poison": Example(OFFICES),
    **policy_examples.EXAMPLES,
    **oversight_examples.EXAMPLES,
    **file_examples.EXAMPLES,
    **known_fact_examples.EXAMPLES,
    **correction_examples.EXAMPLES,
    **day_examples.EXAMPLES,
    # visits and talks: the policy's items name who may fulfil them, and a county head is not among them
    "GET /visits": Example(CASES),
    "GET /visits/<visit_id>": Example(CASE),
    "POST /visits": Example(CASE, lambda place: _record(place, "访1"), refuses=frozenset({Role.COUNTY_HEAD})),
    "POST /records": Example(
        CASE, lambda place: _record(place, "访1") | {"kind": "visit"}, refuses=frozenset({Role.COUNTY_HEAD})
    ),
    "GET /records/<record_id>": Example(CASE),
    "GET /records/<record_id>/paper": Example(CASE, query=lambda _: {"form": "pdf"}),
    "GET /talks": Example(CASES),
    "GET /talks/<talk_id>": Example(CASE),
    "POST /talks": Example(CASE, lambda place: _record(place, "谈1"), refuses=frozenset({Role.COUNTY_HEAD})),
    # positioning orders and tracks
    "GET /positioning-orders": Example(CASES),
    "GET /positioning-orders/<order_id>": Example(CASE),
    "POST /positioning-orders": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("new order")),
            "subject_id": str(place.subject_id),
            "ground": "refused_reporting",
            "from": _in(480),
            "to": _in(960),
        },
    ),
    "POST /positioning-orders/<order_id>/lift": Example(CASE, lambda _: {"reason": "不再需要"}),
    "GET /positioning-orders/sheet": Example(CASES, query=lambda _: {"month": "2026-03"}),
    "GET /positioning-orders/<order_id>/papers": Example(CASE),
    "POST /positioning-orders/<order_id>/notices": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("new notice")),
            "served_at": _in(0),
            "way": "in_person",
            "outcome": "signed",
        },
    ),
    "POST /positioning-orders/<order_id>/assessments": Example(
        CASE, lambda place: {"id": str(place.derived("assessment")), "still_needed": True, "why": "仍有必要"}
    ),
    "POST /positioning-orders/<order_id>/lift-requests": Example(
        CASE, lambda place: {"id": str(place.derived("lift request")), "why": "表现稳定"}
    ),
    "POST /positioning-orders/<order_id>/lift-requests/<request_id>/refuse": Example(
        CASE, lambda _: {"answer": "仍有必要"}
    ),
    "GET /subjects/<subject_id>/track": Example(
        CASE, query=lambda _: {"from": _in(-48), "to": _in(0), "reason": "核实签到地点"}
    ),
    "GET /subjects/<subject_id>/last-position": Example(CASE),
    # who did what, and who looked
    "GET /audit-log": Example(CASES),
    "GET /subjects/<subject_id>/access-log": Example(CASE),
    # the office table
    "GET /compliance": Example(OFFICES, query=lambda _: MARCH),
    "GET /compliance/duties": Example(CASES, query=lambda _: MARCH),
    "GET /compliance/audit": Example(OFFICES, query=lambda _: MARCH),
    "GET /compliance/audit/duties": Example(CASES, query=lambda _: MARCH),
    "POST /compliance/audit/exports": Example(CASES, lambda _: {**MARCH, "format": "csv", "purpose": "季度考核"}),
    # Nothing is kept of a month that goes on.
    "GET /compliance/snapshots": Example(OFFICES, query=lambda _: {"month": "2026-03"}, status=404),
    # check-ins
    "GET /check-ins": Example(CASES),
    "POST /check-ins": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("check-in")),
            "subject_id": str(place.subject_id),
            "happened_at": _in(-0.5),
            "note": "本人到所",
        },
    ),
    "GET /subjects/<subject_id>/check-ins": Example(CASE),
    "POST /subjects/<subject_id>/check-ins/<check_in_id>/review": Example(
        CASE, lambda _: {"accepted": True, "note": "电话核实"}
    ),
    "GET /subjects/<subject_id>/photos/<photo_id>": Example(CASE, query=lambda _: {"reason": "核实签到"}),
    # leave: a request that nobody has decided on, and a month's leave that the city approved
    "GET /leave-requests": Example(CASES),
    "POST /leave-requests": Example(
        CASE,
        lambda place: a_request(
            MONDAY + timedelta(days=200),
            MONDAY + timedelta(days=201),
            id=str(place.derived("more leave")),
            subject_id=str(place.subject_id),
        ),
    ),
    "GET /leave-requests/<leave_id>": Example(CASE),
    "POST /leave-requests/<pending_id>/decision": Example(
        CASE, lambda _: {"approve": False, "reason": "材料不全"}, refuses=frozenset({Role.CITY_STAFF})
    ),
    "POST /leave-requests/<pending_id>/withdraw": Example(CASE, lambda _: {"note": "本人改期"}),
    "POST /leave-requests/<leave_id>/revocation": Example(
        CASE, lambda _: {"reason": "情况有变"}, refuses=BELOW_THE_CITY
    ),
    "POST /leave-requests/<leave_id>/reports": Example(
        CASE,
        lambda place: {"id": str(place.derived("departure")), "kind": "departure", "happened_at": _in(0)},
    ),
    "POST /leave-requests/<leave_id>/returns": Example(
        CASE, lambda place: {"id": str(place.derived("return")), "returned_at": _in(0)}
    ),
    "POST /leave-requests/<leave_id>/procuratorate": Example(CASE, lambda _: {"told_at": _in(0), "note": "函告"}),
    # spot checks and patterns
    **occasion_examples.EXAMPLES,
    "GET /spot-checks": Example(CASES),
    "POST /spot-checks": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("spot check")),
            "subject_id": str(place.subject_id),
            "limit_minutes": 30,
            "reason": "例行抽查",
        },
    ),
    # zones
    "GET /zones": Example(CASES),
    "POST /zones": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("zone")),
            "subject_id": str(place.subject_id),
            "kind": "stay_inside",
            "name": "住处",
            "circle": {"lon": 118.627, "lat": 28.738, "radius_m": 500},
            "reason": "夜间居家",
        },
    ),
    "POST /zones/import": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("zone file")),
            "subject_id": str(place.subject_id),
            "kind": "stay_inside",
            "name": "区域",
            "collection": a_collection(),
            "reason": "夜间居家",
        },
    ),
    "GET /zones/<zone_id>": Example(CASE),
    "POST /zones/<zone_id>/remove": Example(CASE, lambda _: {"reason": "不再需要"}),
    "GET /patterns": Example(CASES),
    "POST /patterns/<subject_id>/notes": Example(
        CASE, lambda place: {"id": str(place.derived("note")), "pattern": "same_place", "note": "已电话核对"}
    ),
    # searches
    "GET /searches": Example(CASES),
    "POST /searches": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("new search")),
            "subject_id": str(awaited_in(place)),  # the place's own subject is looked for already
            "why": "电话联系不上",
        },
    ),
    "GET /searches/<search_id>": Example(CASE),
    "POST /searches/<search_id>/entries": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("new entry")),
            "kind": "call",
            "happened_at": _in(0),
            "with_whom": "本人",
            "found": "无人接听",
        },
    ),
    "POST /searches/<search_id>/end": Example(
        CASE, lambda _: {"outcome": "found_complying", "found_at": _in(0), "note": "本人已到所"}
    ),
    "GET /searches/<search_id>/paper": Example(CASE, query=lambda _: {"kind": "record"}),
    # duties
    "GET /duties": Example(CASES),
    "GET /duties/<duty_id>": Example(CASE),
    "POST /duties/<duty_id>/waive": Example(CASE, lambda _: {"reason": "住院"}),
    # alerts and notices
    "GET /alerts": Example(CASES),
    "GET /alerts/<alert_id>": Example(CASE),
    "POST /alerts/<alert_id>/acknowledge": Example(CASE),
    "POST /alerts/<alert_id>/close": Example(CASE, lambda _: {"reason": "phone", "result": "电话联系上本人"}),
    "GET /notices": Example(ONESELF),
    "POST /notices/<notice_id>/read": Example(SOMEBODY_ELSES),
}
