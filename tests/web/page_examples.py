"""One line for each page: whose matter it is, and what its form sends. A page without a line fails the walk."""

from uuid import uuid4

from app.clients import papers, roster_file
from app.rules.facts import Role
from app.store.shipped_policies import shipped
from tests.builders.second_factor import a_code
from tests.builders.users import PASSWORD
from tests.guards.asking import Shows
from tests.guards.correction_examples import A_PLAN
from tests.guards.route_examples import BELOW_THE_CITY
from tests.guards.world import Place, id_number_in
from tests.web import file_page_examples, known_fact_page_examples, occasion_page_examples, record_page_examples
from tests.web.page_asking import Form, PageExample


def _record(_: Place) -> Form:
    return {"id": str(uuid4()), "happened_at": "2026-03-02T08:30", "note": "情况稳定"}


def _leave(_: Place) -> Form:
    return {
        "id": str(uuid4()),
        "kind": "leave",
        "ground": "medical",
        "reason": "复查",
        "destinations": "龙游县",
        "place": "龙游县人民医院",
        "from": "2026-10-01T08:00",
        "to": "2026-10-02T18:00",
        "travel": "大巴",
        "contact": "13800000002",
    }


def _point() -> Form:
    return {"id": str(uuid4()), "name": "竹编厂", "lon": "118.6", "lat": "28.7", "datum": "wgs84"}


def _circle(_: Place) -> Form:
    return {
        "id": str(uuid4()),
        "kind": "stay_inside",
        "name": "住处",
        "shape": "circle",
        "lon": "118.627",
        "lat": "28.738",
        "radius_m": "300",
        "datum": "wgs84",
        "reason": "夜间居家",
    }


PAGES: dict[str, PageExample] = {
    **record_page_examples.PAGES,
    **file_page_examples.PAGES,
    "GET /": PageExample(Shows.CASES),
    "GET /today/alerts": PageExample(Shows.CASES),
    "GET /absences": PageExample(Shows.OFFICES),
    "POST /absences": PageExample(
        Shows.ONESELF,
        lambda _: {"id": str(uuid4()), "from_at": "2026-03-03T08:00", "to_at": "2026-03-04T08:00", "note": "培训"},
        303,
    ),
    "POST /absences/<absence_id>/withdraw": PageExample(
        Shows.OFFICE, status=303, refuses=frozenset({Role.OFFICER, Role.CITY_STAFF})
    ),
    "GET /alerts": PageExample(Shows.CASES),
    "GET /alerts/<alert_id>": PageExample(Shows.CASE),
    "GET /alerts/<alert_id>/evidence": PageExample(Shows.CASE),
    "POST /alerts/<alert_id>/acknowledge": PageExample(Shows.CASE, status=303),
    "POST /alerts/<alert_id>/close": PageExample(Shows.CASE, lambda _: {"reason": "phone", "result": "已联系"}, 303),
    "GET /leave": PageExample(Shows.CASES),
    "GET /leave/<leave_id>": PageExample(Shows.CASE),
    "POST /leave/<pending_id>/decision": PageExample(
        Shows.CASE, lambda _: {"answer": "refuse", "reason": "材料不全"}, 303, refuses=frozenset({Role.CITY_STAFF})
    ),
    "POST /leave/<leave_id>/revocation": PageExample(
        Shows.CASE, lambda _: {"reason": "情况有变"}, 303, refuses=BELOW_THE_CITY
    ),
    "POST /leave/<leave_id>/return": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "returned_at": "2026-03-02T08:30"}, 303
    ),
    "POST /leave/<leave_id>/reports": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "kind": "arrival", "happened_at": "2026-03-02T08:30"}, 303
    ),
    "POST /leave/<pending_id>/withdrawal": PageExample(Shows.CASE, lambda _: {"withdrawn_why": "改期"}, 303),
    "POST /leave/<leave_id>/procuratorate": PageExample(
        Shows.CASE, lambda _: {"told_at": "2026-03-02T08:30", "note": "函告"}, 303
    ),
    "GET /subjects/<subject_id>/leave": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/leave": PageExample(Shows.CASE, _leave, 303),
    "GET /duties": PageExample(Shows.CASES),
    "GET /duties/<duty_id>": PageExample(Shows.CASE),
    "POST /duties/<duty_id>/waive": PageExample(Shows.CASE, lambda _: {"reason": "住院"}, 303),
    # The world's duty is a check-in: the forms of visits and talks are no forms of that page.
    "POST /duties/<duty_id>/visit": PageExample(Shows.CASE, _record, 422),
    "POST /duties/<duty_id>/talk": PageExample(Shows.CASE, _record, 422),
    "POST /duties/<duty_id>/check-in": PageExample(Shows.CASE, _record, 303),
    "GET /check-ins": PageExample(Shows.CASES),
    "POST /check-ins/<subject_id>/<check_in_id>/review": PageExample(
        Shows.CASE, lambda _: {"answer": "yes", "note": "电话核实"}, 303
    ),
    "GET /security": PageExample(Shows.ONESELF),
    "POST /security/sessions/<session_id>/end": PageExample(Shows.SOMEBODY_ELSES, status=404),
    "POST /security/sessions/end-others": PageExample(Shows.ONESELF, status=303),
    "GET /security/totp": PageExample(Shows.ONESELF),
    "POST /security/totp": PageExample(Shows.ONESELF, lambda _: {"password": PASSWORD}),
    "POST /security/totp/confirm": PageExample(Shows.ONESELF, lambda _: {"totp": a_code()}),
    "GET /check-ins/<subject_id>/photos/<photo_id>": PageExample(
        Shows.CASE, mimetype="image/jpeg", query={"reason": "核实签到"}
    ),
    "GET /patterns": PageExample(Shows.CASES),
    "POST /patterns/<subject_id>/notes": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "pattern": "same_place", "note": "已电话核对"}, 303
    ),
    "GET /map": PageExample(Shows.CASES),
    "GET /map/people.json": PageExample(Shows.CASES, mimetype="application/json"),
    # Boundaries are nobody's.
    "GET /map/areas/<area_id>.json": PageExample(Shows.ONESELF, mimetype="application/json"),
    "GET /map/areas/<area_id>/around.json": PageExample(Shows.ONESELF, mimetype="application/json"),
    "GET /subjects/<subject_id>/map": PageExample(Shows.CASE),
    "GET /subjects/<subject_id>/track.json": PageExample(
        Shows.CASE, mimetype="application/json", query={"reason": "核对预警"}
    ),
    "GET /subjects/<subject_id>/zones/draw": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/zones/draw": PageExample(Shows.CASE, _circle, 303),
    "GET /subjects": PageExample(Shows.CASES),
    "POST /subjects/find": PageExample(Shows.CASE, lambda place: {"id_number": id_number_in(place.name)}, 303),
    "GET /subjects/<subject_id>": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/identity": PageExample(Shows.CASE, lambda _: {"reason": "核对文书"}),
    **known_fact_page_examples.PAGES,
    **occasion_page_examples.PAGES,
    "GET /subjects/<subject_id>/spot-check": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/spot-check": PageExample(
        Shows.CASE,
        lambda _: {"id": str(uuid4()), "limit_minutes": "30", "ground": "routine", "reason": "例行抽查"},
        303,
    ),
    "GET /subjects/<subject_id>/trackers": PageExample(Shows.CASE),
    # The world's person has a phone already: one more is not bound.
    "POST /subjects/<subject_id>/trackers": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "client": "owntracks", "datum": "wgs84"}, 409
    ),
    "POST /subjects/<subject_id>/trackers/<credential_id>/revoke": PageExample(
        Shows.CASE, lambda _: {"reason": "手机遗失"}, 303
    ),
    "GET /subjects/<subject_id>/zones": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/zones": PageExample(
        Shows.CASE,
        lambda _: {
            "id": str(uuid4()),
            "kind": "stay_inside",
            "name": "住处",
            "datum": "wgs84",
            "lon": "118.627",
            "lat": "28.738",
            "radius_m": "500",
            "reason": "夜间居家",
        },
        303,
    ),
    "POST /subjects/<subject_id>/zones/<zone_id>/remove": PageExample(
        Shows.CASE, lambda _: {"reason": "不再需要"}, 303
    ),
    "GET /day": PageExample(Shows.CASES),
    "GET /day/way": PageExample(Shows.CASES),
    "POST /day/way": PageExample(Shows.CASES, lambda _: {"lon": "118.6", "lat": "28.7"}),
    "POST /offices/<office_id>/place": PageExample(
        Shows.OFFICE, lambda _: {"lon": "118.6", "lat": "28.7", "datum": "wgs84"}, 303
    ),
    "GET /workload": PageExample(Shows.OFFICES),
    "GET /offices/<office_id>/forecast": PageExample(Shows.OFFICE),
    "GET /correction-gaps": PageExample(Shows.CASES),
    "GET /subjects/<subject_id>/group": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/group/members": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "kind": "volunteer", "name": "柴志愿"}, 303
    ),
    "POST /subjects/<subject_id>/group/members/<member_id>/end": PageExample(
        Shows.CASE, lambda _: {"reason": "调离"}, 303
    ),
    "POST /subjects/<subject_id>/group/members/<member_id>/letter": PageExample(Shows.CASE, status=303),
    "GET /subjects/<subject_id>/plan": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/plan": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), **A_PLAN, "measures": "每月走访一次", "because": "表现稳定"}, 303
    ),
    "POST /subjects/<subject_id>/plan/<plan_id>/decision": PageExample(
        Shows.CASE, lambda _: {"answer": "approve"}, 303
    ),
    "POST /subjects/<subject_id>/plan/reviews": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "note": "执行良好"}, 303
    ),
    "GET /searches": PageExample(Shows.CASES),
    "GET /subjects/<subject_id>/search": PageExample(Shows.CASE, status=302),
    "POST /subjects/<subject_id>/search": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "why": "电话联系不上"}, 409
    ),
    "GET /searches/<search_id>": PageExample(Shows.CASE),
    "POST /searches/<search_id>/entries": PageExample(
        Shows.CASE,
        lambda _: {
            "id": str(uuid4()),
            "kind": "call",
            "happened_at": "2026-03-02T09:00",
            "with_whom": "本人",
            "found": "无人接听",
        },
        303,
    ),
    "POST /searches/<search_id>/end": PageExample(
        Shows.CASE,
        lambda _: {"outcome": "found_complying", "found_at": "2026-03-02T09:00", "note": "本人已到所"},
        303,
    ),
    "GET /searches/<search_id>/paper": PageExample(Shows.CASE, mimetype=papers.MIMETYPE, query={"kind": "record"}),
    "GET /orders/sheet": PageExample(Shows.CASES),
    "GET /subjects/<subject_id>/orders": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/orders": PageExample(
        Shows.CASE,
        lambda _: {
            "id": str(uuid4()),
            "ground": "refused_reporting",
            "from_at": "2026-04-02T09:00",
            "to_at": "2026-05-02T09:00",
        },
        303,
    ),
    "GET /orders/<order_id>": PageExample(Shows.CASE),
    "POST /orders/<order_id>/serve": PageExample(
        Shows.CASE,
        lambda _: {"id": str(uuid4()), "served_at": "2026-03-02T09:00", "way": "in_person", "outcome": "signed"},
        303,
    ),
    "POST /orders/<order_id>/assess": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "still_needed": "yes", "why": "仍有必要"}, 303
    ),
    "POST /orders/<order_id>/ask-lift": PageExample(Shows.CASE, lambda _: {"id": str(uuid4()), "why": "表现稳定"}, 303),
    "POST /orders/<order_id>/lift": PageExample(Shows.CASE, lambda _: {"reason": "不再需要"}, 303),
    "POST /orders/<order_id>/requests/<request_id>/refuse": PageExample(
        Shows.CASE, lambda _: {"answer": "仍有必要"}, 303
    ),
    "GET /notices": PageExample(Shows.ONESELF),
    "POST /notices/read": PageExample(
        Shows.SOMEBODY_ELSES, lambda place: {"notice": str(place.id_of("notice_id"))}, 404
    ),
    "GET /service": PageExample(Shows.ONESELF),
    "GET /audit-log": PageExample(Shows.CASES),
    "GET /subjects/<subject_id>/access-log": PageExample(Shows.CASE),
    "GET /subjects/<subject_id>/access-log.csv": PageExample(Shows.CASE, mimetype="text/csv"),
    "GET /channel": PageExample(Shows.ONESELF),
    "POST /channel": PageExample(Shows.ONESELF, status=422),
    "POST /channel/wait": PageExample(Shows.ONESELF, status=422),
    "POST /channel/test": PageExample(Shows.ONESELF, status=422),
    "POST /channel/verify": PageExample(Shows.ONESELF, status=422),
    "POST /channel/remove": PageExample(Shows.ONESELF, status=303),
    "GET /roster": PageExample(Shows.OFFICES),
    "GET /roster/template": PageExample(Shows.OFFICES, mimetype=roster_file.TEMPLATE_TYPE),
    "POST /roster": PageExample(Shows.OFFICES, status=422),
    "GET /sampling": PageExample(Shows.OFFICES),
    "POST /sampling": PageExample(
        Shows.OFFICE,
        lambda place: {
            "id": str(uuid4()),
            "office_id": str(place.office.id),
            "from_day": "2026-03-02",
            "to_day": "2026-03-02",
            "size": "5",
            "why": "抽检",
        },
        303,
    ),
    "GET /sampling/<sample_id>": PageExample(Shows.OFFICE),
    "GET /sampling/<sample_id>/<record_id>": PageExample(Shows.OFFICE),
    "POST /sampling/<sample_id>/<record_id>": PageExample(
        Shows.OFFICE, lambda _: {"id": str(uuid4()), "kind": "note", "note": "清楚"}, 303
    ),
    "GET /sampling/questions": PageExample(Shows.CASES),
    "POST /sampling/<asked_id>/<asked_record_id>/answer": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "note": "已补充"}, 303
    ),
    "GET /visit-points": PageExample(Shows.OFFICES),
    "POST /visit-points": PageExample(
        Shows.OFFICE, lambda place: {**_point(), "place": "community", "office_id": str(place.office.id)}, 303
    ),
    "POST /visit-points/<point_id>/end": PageExample(Shows.CASE, lambda _: {}, 303),
    "GET /subjects/<subject_id>/visit-points": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/visit-points": PageExample(
        Shows.CASE, lambda _: {**_point(), "place": "workplace"}, 303
    ),
    "GET /red-list": PageExample(Shows.CASES),
    "GET /weekly-reviews": PageExample(Shows.OFFICES),
    "GET /weekly-reviews/<review_id>": PageExample(Shows.OFFICE),
    # The form is sent without anybody in it: a meeting about nobody is not kept.
    "POST /weekly-reviews": PageExample(
        Shows.OFFICES,
        lambda _: {
            "id": str(uuid4()),
            "week": "2026-02-23",
            "held_on": "2026-03-02",
            "attended": "全",
            "summary": "会",
        },
        422,
    ),
    "GET /policies": PageExample(Shows.OFFICES),
    "GET /policies/<version_id>": PageExample(Shows.OFFICE),
    "POST /policies/drafts": PageExample(Shows.OFFICES, lambda _: {"id": str(uuid4())}, 303),
    "GET /policies/drafts/<draft_id>": PageExample(Shows.OFFICE),
    "GET /policies/drafts/<draft_id>/text": PageExample(Shows.OFFICE),
    "POST /policies/drafts/<draft_id>/text": PageExample(
        Shows.OFFICE, lambda _: {"revision": "1", "text": shipped("jiangshan")}, 303
    ),
    "GET /policies/drafts/<draft_id>/item": PageExample(Shows.OFFICE, query={"code": "访1"}),
    "POST /policies/drafts/<draft_id>/item": PageExample(
        Shows.OFFICE, lambda _: {"revision": "1", "before": "谈1", "remove": "1"}, 303
    ),
    "GET /policies/drafts/<draft_id>/trials": PageExample(Shows.OFFICE),
    "POST /policies/drafts/<draft_id>/try": PageExample(Shows.OFFICE, lambda _: {"id": str(uuid4())}, 303),
    "POST /policies/drafts/<draft_id>/submit": PageExample(
        Shows.OFFICE, lambda _: {"revision": "1", "why": "缩短失联时限"}, 303
    ),
    "POST /policies/drafts/<draft_id>/withdraw": PageExample(Shows.OFFICE, lambda _: {"revision": "1"}, 303),
    "POST /policies/drafts/<handed_in_id>/approve": PageExample(Shows.OFFICE, lambda _: {"revision": "2"}, 303),
    "POST /policies/drafts/<handed_in_id>/return": PageExample(
        Shows.OFFICE, lambda _: {"revision": "2", "note": "请先试算"}, 303
    ),
    "GET /compliance": PageExample(Shows.OFFICES),
    "GET /compliance/duties": PageExample(Shows.CASES),
    "GET /compliance/audit": PageExample(Shows.CASES),
    "GET /compliance/audit/duties": PageExample(Shows.CASES),
    "POST /compliance/audit/export": PageExample(
        Shows.CASES, lambda _: {"format": "csv", "purpose": "季度考核"}, mimetype="text/csv"
    ),
    "GET /compliance/snapshots": PageExample(Shows.CASES),
}
"""Log-in and log-out, the files and the page for unknown addresses are told apart in the walk."""
