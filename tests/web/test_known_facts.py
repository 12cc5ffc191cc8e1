"""四知道 and the timeline on pages: what stands there, checking an item, settling, what is sealed, what is empty."""

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, update

from app.models.subject import Subject, SubjectContact
from app.rules.effects.known_facts import Source
from app.rules.facts import DutyKind, DutyState, Obligor, Role
from app.rules.wording.timeline import SECTIONS, WORDS
from app.store.session import transaction
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty
from tests.builders.known_facts import kept_facts
from tests.builders.users import a_user
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import HOUR, LONG_NAME, Office, a_person, an_office_at_nine


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def officer(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.officer)


@pytest.fixture
def person(undone: Engine, office: Office) -> UUID:
    with transaction(undone) as tx:
        return a_person(tx, office)


def a_form(item: str, **typed: str) -> dict[str, str]:
    told = {"id": str(uuid4()), "item": item, "happened_at": "2026-03-02T08:30", "source": "officer", "how": "visit"}
    return {**told, **typed}


def test_the_page_of_a_person_begins_with_what_is_not_known(officer: Visitor, person: UUID) -> None:
    page = officer.text(f"/subjects/{person}")
    assert page.index("四知道</h2>") < page.index("没有办结的预警</h2>")
    assert "还不知道:案由和裁判文书、矫正类别和期限、禁止令和其他限制" in page
    assert "没有核实:姓名、性别、出生日期和证件" in page
    assert f"/subjects/{person}/timeline" in page


def test_an_item_is_checked_on_a_form_and_only_what_was_ticked_is_kept(
    undone: Engine, officer: Visitor, person: UUID
) -> None:
    path = f"/subjects/{person}/facts/check"
    shown = officer.text(f"{path}?item=知1")
    held = re.search(r'name="held_identity" value="([^"]+)"', shown)
    assert held
    ticked = {"same_identity": "on", "held_identity": held[1], "value_case": "盗窃罪,(2026)浙0881刑初1号"}
    assert officer.post(path, a_form("知1", **ticked)).status_code == 303
    known = officer.text(f"/subjects/{person}/facts")
    assert "盗窃罪,(2026)浙0881刑初1号" in known
    shown = officer.text(f"{path}?item=知1")
    seen = re.search(r'name="seen_case" value="([^"]+)"', shown)
    assert seen
    overtaken = officer.post(path, a_form("知1", same_case="on", seen_case="诈骗罪"))
    assert (overtaken.status_code, "请刷新后再核实" in overtaken.get_data(as_text=True)) == (409, True)
    assert officer.post(path, a_form("知1", same_case="on", seen_case=seen[1])).status_code == 303
    assert officer.text(f"/subjects/{person}/facts/history?field=case").count("盗窃罪") == 2


def test_what_was_typed_stays_where_a_check_is_refused(officer: Visitor, person: UUID) -> None:
    path = f"/subjects/{person}/facts/check"
    for form, told in (
        (a_form("知4", value_risk="high"), "请写明这样判断的理由"),
        (a_form("知4"), "请至少选一项"),
        (a_form("知4", value_plan="找工作", happened_at="2026-03-03T08:30"), 'value="找工作"'),
    ):
        refused = officer.post(path, form)
        assert refused.status_code == 422
        assert told in refused.get_data(as_text=True)
    assert officer.post(path, a_form("知9")).status_code == 422


def test_contacts_are_tested_on_the_form(undone: Engine, officer: Visitor, person: UUID) -> None:
    with transaction(undone) as tx:
        for n in range(2):
            row = {
                "id": uuid4(),
                "subject_id": person,
                "name": f"{LONG_NAME}{n}",
                "relation": "家属",
                "phone": f"139{n}",
            }
            tx.execute(insert(SubjectContact), row)
    path = f"/subjects/{person}/facts/check"
    names = re.findall(r'name="(contact_[^"]+)"', officer.text(f"{path}?item=知2"))
    assert len(names) == 2
    assert officer.post(path, a_form("知2", **dict.fromkeys(names, "reached"))).status_code == 303
    assert officer.text(f"/subjects/{person}/facts").count("打通了(") == 2


def test_two_ways_of_telling_stand_side_by_side_until_somebody_decides(
    undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        for n, source in enumerate((Source.FAMILY, Source.COMMUNITY)):
            kept_facts(tx, office.officer.actor, person, {"lives_with": f"{n} 人"}, key=f"home{n}", source=source)
    assert "说法不一:" in officer.text(f"/subjects/{person}"), "also where the item is known without it"
    with transaction(undone) as tx:
        kept_facts(tx, office.officer.actor, person, {"occupation": "employed"}, key="one")
        other = kept_facts(
            tx, office.officer.actor, person, {"occupation": "unemployed"}, key="two", source=Source.COMMUNITY
        )
    assert re.search("说法不一:[^<]*就业就学", officer.text(f"/subjects/{person}"))
    assert "王立新" in officer.text("/facts/contradictions")
    page = officer.text(f"/subjects/{person}/facts")
    assert "受雇工作" in page
    assert "没有工作" in page
    form = {"id": str(uuid4()), "field": "occupation", "chosen": str(other["occupation"]), "reason": "单位已证实"}
    assert officer.post(f"/subjects/{person}/facts/settle", {**form, "reason": ""}).status_code == 422
    assert officer.post(f"/subjects/{person}/facts/settle", form).status_code == 303
    settled = officer.text(f"/subjects/{person}/facts")
    assert "没有工作" in settled
    assert "受雇工作" not in settled
    assert "受雇工作" in officer.text(f"/subjects/{person}/facts/history")
    listed = officer.text("/facts/contradictions")
    assert ("就业就学" in listed, "同住" in listed) == (False, True)


def test_what_is_sealed_opens_for_a_reason(undone: Engine, app: Flask, officer: Visitor, office: Office) -> None:
    with transaction(undone) as tx:
        minor = a_person(tx, office, "赵小明", minor=True)
        kept_facts(tx, office.officer.actor, minor, {"family": "与母亲同住", "health": "哮喘"})
        tx.execute(update(Subject).where(Subject.id == minor).values(home_address="花园岗村 1 号"))
    own = officer.text(f"/subjects/{minor}/facts")
    assert "与母亲同住" in own
    assert "哮喘" not in own
    county = a_visitor(app, office.county)
    above = county.text(f"/subjects/{minor}/facts")
    for sealed in ("赵小明", "与母亲同住", "花园岗村"):
        assert sealed not in above, sealed
    assert officer.post(f"/subjects/{minor}/facts/reveal", {"reason": " "}).status_code == 422
    opened = officer.post(f"/subjects/{minor}/facts/reveal", {"reason": "安排体检"})
    assert "哮喘" in opened.get_data(as_text=True)
    assert "哮喘" not in officer.text(f"/subjects/{minor}/facts")


def test_whoever_only_reads_is_offered_nothing_to_change(
    undone: Engine, app: Flask, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        procurator = a_user(tx, office.tree.county, Role.PROCURATOR, login="jian")
    page = a_visitor(app, procurator).text(f"/subjects/{person}/facts")
    assert "核实知1" not in page


def test_the_timeline_tells_what_happened_in_words(
    undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    path = f"/subjects/{person}/timeline"
    assert "登记入矫:缓刑" in officer.text(path)
    with transaction(undone) as tx:
        an_alert(tx, office.tree, person, MONDAY)
        kept_facts(tx, office.officer.actor, person, {"plan": "找工作"})
        a_duty(
            *(tx, office.tree, person, MONDAY - 9 * HOUR, MONDAY - HOUR),
            kind=DutyKind.VERIFICATION,
            state=DutyState.MISSED,
            obligor=Obligor.OFFICE,
            rule_code="知1",
        )
    page = officer.text(path)
    for told in ("失去联系:发出预警", "知4:已核实", "情况核实:未完成"):
        assert told in page, told
    assert "失去联系" not in officer.text(f"{path}?section=fact")
    assert "还没有记录" in officer.text(f"{path}?section=judgment")
    assert officer.get(f"{path}?section=nonsense").status_code == 422


def test_a_duty_to_verify_leads_to_the_form_of_its_item(
    undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        duty = a_duty(
            *(tx, office.tree, person, MONDAY - HOUR, MONDAY + HOUR),
            kind=DutyKind.VERIFICATION,
            state=DutyState.OPEN,
            obligor=Obligor.OFFICE,
            rule_code="知3",
        )
    assert f"/subjects/{person}/facts/check?item=%E7%9F%A53" in officer.text(f"/duties/{duty}")


def test_every_section_of_the_timeline_has_its_words() -> None:
    assert set(SECTIONS) == set(WORDS)
