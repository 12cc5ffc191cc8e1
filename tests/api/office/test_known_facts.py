"""四知道 through the interface of the offices: verified, contradicted, settled, sealed, and the duty fulfilled."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.actions.record_talk import record_talk
from app.models.audit import Audit
from app.models.duty import Duty
from app.models.occasion import Occasion
from app.models.subject import Subject, SubjectContact
from app.queries.contradictions import contradictions
from app.rules.effects.records import Details, Mood, Risk
from app.rules.facts import DutyKind, DutyState, Obligor, Role
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised
from tests.builders.files import a_paper
from tests.builders.known_facts import a_body
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in
from tests.builders.visits import a_new_record

DAY = timedelta(days=1)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def person(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        made = a_supervised(tx, tree, officer, at=MONDAY - 20 * DAY, planned_until=MONDAY + DAY)
        tx.execute(update(Subject).where(Subject.id == made).values(phone="13800001234", home_address="花园岗村 1 号"))
        return made


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


def url(person: UUID, rest: str = "") -> str:
    return f"/api/office/v1/subjects/{person}/facts{rest}"


def told(field: str, value: str | None = None, **more: Any) -> dict[str, Any]:
    return {"field": field, "value": value, **more}


def fields(known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["code"]: field for item in known["items"] for field in item["fields"]}


def kept(client: FlaskClient, headers: dict[str, str], person: UUID, *facts: dict[str, Any], **changes: Any) -> Any:
    answer = client.post(url(person), json=a_body(uuid4(), list(facts), **changes), headers=headers)
    assert answer.status_code == 201, answer.text
    return fields(answer.get_json())


def acts(engine: Engine, person: UUID) -> list[str]:
    with transaction(engine) as tx:
        return list(tx.execute(select(Audit.action).where(Audit.subject_id == person).order_by(Audit.id)).scalars())


def test_what_is_known_is_told_field_by_field_and_recorded(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID
) -> None:
    answer = client.get(url(person), headers=headers)
    known = answer.get_json()
    assert [item["code"] for item in known["items"]] == ["知1", "知2", "知3", "知4"]
    found = fields(known)
    assert (found["phone"]["standing"], found["phone"]["text"]) == ("unverified", "13800001234")
    assert found["occupation"]["standing"] == "missing"
    assert "facts.read" in acts(undone, person)


def test_a_repeat_is_answered_as_one_and_another_body_is_refused(
    client: FlaskClient, headers: dict[str, str], person: UUID
) -> None:
    body = a_body(uuid4(), [told("case", "盗窃罪")])
    codes = [client.post(url(person), json=body, headers=headers).status_code for _ in range(2)]
    other = client.post(url(person), json={**body, "facts": [told("case", "诈骗罪")]}, headers=headers)
    assert (codes, other.status_code, other.get_json()["code"]) == ([201, 200], 409, "id_reused")


def test_nothing_is_overwritten_until_an_officer_settles_it(
    undone: Engine, client: FlaskClient, headers: dict[str, str], officer: Worker, person: UUID
) -> None:
    kept(client, headers, person, told("occupation", "employed"), source="subject", how="talk")
    found = kept(client, headers, person, told("occupation", "unemployed"), source="community", said_by="李主任")
    assert found["occupation"]["standing"] == "contradicted"
    assert {one["value"] for one in found["occupation"]["statements"]} == {"employed", "unemployed"}
    listed = client.get("/api/office/v1/facts/contradictions", headers=headers).get_json()["items"]
    assert [(row["subject_id"], row["fields"]) for row in listed] == [(str(person), ["occupation"])]
    with transaction(undone) as tx, tx.begin_nested() as ended:
        tx.execute(update(Subject).where(Subject.id == person).values(status="ended"))
        assert contradictions(tx, officer.actor).items == (), "nobody settles what is over"
        ended.rollback()

    chosen = next(one["id"] for one in found["occupation"]["statements"] if one["source"] == "community")
    body = {"id": str(uuid4()), "field": "occupation", "chosen": chosen, "reason": "单位已证实辞退"}
    codes = [client.post(url(person, "/settlements"), json=body, headers=headers).status_code for _ in range(2)]
    assert codes == [201, 200]
    settled = fields(client.get(url(person), headers=headers).get_json())["occupation"]
    assert (settled["standing"], settled["value"]) == ("known", "unemployed")
    history = client.get(url(person, "/history?field=occupation"), headers=headers).get_json()["items"]
    assert sorted((row["text"], row["settles"], row["ended_at"] is None) for row in history) == [
        ("受雇工作", False, False),
        ("没有工作", False, False),
        ("没有工作", True, True),
    ]
    assert "facts.settle" in acts(undone, person)


def test_two_contacts_that_were_reached_are_needed_and_a_new_number_is_not_tested(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID
) -> None:
    with transaction(undone) as tx:
        for n, relation in enumerate(("母亲", "哥哥")):
            row = {"id": uuid4(), "subject_id": person, "name": f"联系人{n}", "relation": relation}
            tx.execute(insert(SubjectContact), {**row, "phone": f"1390000000{n}"})
    contact = fields(client.get(url(person), headers=headers).get_json())["contact"]
    assert contact["standing"] == "unverified"
    tests = [told("contact", "reached", contact=one["key"]) for one in contact["contacts"]]
    found = kept(client, headers, person, *tests, how="call", source="contact")
    assert found["contact"]["standing"] == "known"
    assert [one["reached"] for one in found["contact"]["contacts"]] == [True, True]
    with transaction(undone) as tx:
        tx.execute(
            update(SubjectContact)
            .where(SubjectContact.subject_id == person, SubjectContact.relation == "母亲")
            .values(phone="13711112222")
        )
    later = fields(client.get(url(person), headers=headers).get_json())["contact"]
    assert later["standing"] == "unverified"


def test_what_stands_in_the_file_is_verified_anew_once_it_changed(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID
) -> None:
    looked_at = fields(client.get(url(person), headers=headers).get_json())["dwelling"]["held"]
    assert kept(client, headers, person, told("dwelling", held=looked_at))["dwelling"]["standing"] == "known"
    with transaction(undone) as tx:
        tx.execute(update(Subject).where(Subject.id == person).values(home_address="城南新区 9 幢"))
    moved = fields(client.get(url(person), headers=headers).get_json())["dwelling"]
    assert (moved["standing"], moved["changed"]) == ("unverified", True)
    stale = client.post(url(person), json=a_body(uuid4(), [told("dwelling", held=looked_at)]), headers=headers)
    assert (stale.status_code, stale.get_json()["code"]) == (409, "file_changed")


def test_verifying_all_that_an_item_needs_fulfils_its_duty(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID, tree: Tree
) -> None:
    with transaction(undone) as tx:
        duty = a_duty(
            *(tx, tree, person, MONDAY - DAY, MONDAY + DAY),
            kind=DutyKind.VERIFICATION,
            state=DutyState.OPEN,
            obligor=Obligor.OFFICE,
            rule_code="知4",
        )
    facts = [told("mood", "steady"), told("risk", "low", note="有稳定工作"), told("conduct", "good")]
    kept(client, headers, person, *facts, how="talk")
    assert _duty(undone, duty) == ("open", None)
    kept(client, headers, person, told("plan", "继续上班"), how="talk")
    assert _duty(undone, duty) == ("fulfilled", "fact_check")


def test_mood_and_risk_of_a_talk_record_count_here(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID, officer: Worker
) -> None:
    with transaction(undone) as tx:
        talk = a_new_record(person, MONDAY - DAY, kind=DutyKind.TALK)
        record_talk(tx, officer.actor, replace(talk, details=Details(mood=Mood.LOW, risk=Risk.WATCH)), now=MONDAY)
    found = fields(client.get(url(person), headers=headers).get_json())
    assert (found["mood"]["value"], found["mood"]["standing"], found["risk"]["value"]) == ("low", "known", "watch")
    assert found["mood"]["statements"][0]["evidence_kind"] == "talk"
    newer = kept(client, headers, person, told("mood", "steady"), how="call")
    assert newer["mood"]["value"] == "steady"


def test_work_that_changed_gives_rise_to_what_the_policy_says(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID
) -> None:
    kept(client, headers, person, told("occupation", "employed"), happened_at=(MONDAY - DAY).isoformat())
    kept(client, headers, person, told("occupation", "unemployed"))
    with transaction(undone) as tx:
        found = tx.execute(select(Occasion.kind, Occasion.happened_at).where(Occasion.subject_id == person)).all()
    assert ("work_event", MONDAY) in [tuple(row) for row in found]


def test_sensitive_words_are_shown_for_a_reason_that_is_recorded(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID
) -> None:
    found = kept(client, headers, person, told("health", "高血压,按时服药"))
    assert (found["health"]["sealed"], found["health"]["text"]) == (True, None)
    assert "高血压" not in client.get(url(person, "/history"), headers=headers).text
    assert client.post(url(person, "/reveal"), json={}, headers=headers).status_code == 422
    opened = client.post(url(person, "/reveal"), json={"reason": "安排公益活动前核对"}, headers=headers)
    assert fields(opened.get_json())["health"]["text"] == "高血压,按时服药"
    assert "facts.reveal" in acts(undone, person)


def test_what_is_known_of_a_minor_is_sealed_for_those_above_the_office(
    undone: Engine, app: Flask, client: FlaskClient, headers: dict[str, str], person: UUID, tree: Tree
) -> None:
    kept(client, headers, person, told("family", "与母亲同住"))
    with transaction(undone) as tx:
        tx.execute(update(Subject).where(Subject.id == person).values(minor_regime=True))
        county = a_user(tx, tree.county, Role.COUNTY_STAFF, login="county")
    above = logged_in(app, county)
    assert fields(client.get(url(person), headers=headers).get_json())["family"]["text"] == "与母亲同住"
    sealed = client.get(url(person), headers=above)
    assert fields(sealed.get_json())["family"]["sealed"] is True
    assert "母亲" not in sealed.text
    assert "母亲" not in client.get(url(person, "/history"), headers=above).text
    opened = client.post(url(person, "/reveal"), json={"reason": "复核"}, headers=above)
    assert fields(opened.get_json())["family"]["text"] == "与母亲同住"


def test_evidence_must_be_the_same_persons(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID, officer: Worker
) -> None:
    body = a_body(uuid4(), [told("case", "盗窃罪")], evidence={"kind": "visit", "id": str(uuid4())})
    refused = client.post(url(person), json=body, headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "evidence_of_other")
    with transaction(undone) as tx:
        paper = a_paper(tx, officer, person, uuid4())
    found = kept(client, headers, person, told("case", "盗窃罪"), evidence={"kind": "attachment", "id": str(paper)})
    assert found["case"]["statements"][0]["evidence_id"] == str(paper)


def test_what_was_kept_cannot_be_changed(
    undone: Engine, client: FlaskClient, headers: dict[str, str], person: UUID
) -> None:
    kept(client, headers, person, told("case", "盗窃罪"))
    for statement in ("UPDATE known_facts SET value = 'x'", "DELETE FROM known_fact_ends"):
        with pytest.raises(DBAPIError), transaction(undone) as tx:
            tx.execute(text(statement))


def _duty(engine: Engine, duty_id: UUID) -> tuple[str, str | None]:
    with transaction(engine) as tx:
        row = tx.execute(select(Duty.state, Duty.evidence_kind).where(Duty.id == duty_id)).one()
    return row.state, row.evidence_kind
