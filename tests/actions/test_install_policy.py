"""A new version of the policy, and what becomes of what was planned by the old one."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.check_silence import check_silence
from app.actions.install_policy import adopt_policy, install_policy
from app.actions.plan_duties import plan_duties
from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import Channel, Role
from app.rules.policy import PolicyError, with_changes
from app.store import policies
from app.store.shipped_policies import shipped, shipped_names
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.duties import alerts_of, api_up, set_state
from tests.builders.offices import LONG_AGO, a_tree, shipped_policy
from tests.builders.subjects import a_subject
from tests.builders.users import a_user
from tests.statements import counted

VERSION = uuid4()
WEDNESDAY = MONDAY + timedelta(days=2)
EASIER = with_changes(shipped_policy(), {"location_checks.normal": 1})


def planned(tx: Connection, subject_id: object) -> list[datetime]:
    """When what is planned for the subject opens."""
    rows = tx.execute(
        text("SELECT opens_at FROM duties WHERE subject_id = :id AND state = 'planned' ORDER BY opens_at"),
        {"id": subject_id},
    )
    return list(rows.scalars())


def cursors(tx: Connection) -> dict[object, datetime]:
    """Up to when each subject is planned."""
    return {row.subject_id: row.planned_until for row in tx.execute(text("SELECT * FROM subject_states"))}


@pytest.mark.parametrize("name", shipped_names())
def test_every_shipped_policy_can_be_installed(tx: Connection, name: str) -> None:
    tree = a_tree(tx)
    version_id = install_policy(tx, tree.county.id, shipped(name), effective_from=MONDAY, created_by=None, now=MONDAY)
    assert policies.of_office(tx, tree.office.id, at=MONDAY).version_id == version_id
    before = policies.of_office(tx, tree.office.id, at=MONDAY - timedelta(microseconds=1))
    assert before.version_id == tree.policy_version_id
    assert policies.of_office(tx, tree.other_office.id, at=MONDAY).version_id == tree.policy_version_id


def test_an_object_does_as_well_and_the_id_follows_from_the_content(tx: Connection) -> None:
    tree = a_tree(tx)
    made = {
        install_policy(tx, office.id, shipped("demo"), effective_from=LONG_AGO, created_by=None, now=MONDAY)
        for office in (tree.county, tree.office)
    }
    assert len(made) == 2


def test_a_faulty_policy_changes_nothing(tx: Connection) -> None:
    tree = a_tree(tx)
    with pytest.raises(PolicyError):
        install_policy(tx, tree.county.id, "silence_h = 1", effective_from=MONDAY, created_by=None, now=MONDAY)
    assert policies.of_office(tx, tree.office.id, at=MONDAY).version_id == tree.policy_version_id


def test_what_is_planned_from_then_on_falls_away_and_the_cursor_goes_back(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    here = a_subject(tx, a_user(tx, tree.office), at=MONDAY)
    elsewhere = a_subject(tx, a_user(tx, tree.other_office), at=MONDAY)
    before, untouched = planned(tx, here.id), planned(tx, elsewhere.id)
    assert any(opens_at >= WEDNESDAY for opens_at in before)
    later = WEDNESDAY - timedelta(hours=1)
    assert adopt_policy(tx, head.actor, VERSION, tree.county.id, EASIER, effective_from=WEDNESDAY, now=later)
    assert planned(tx, here.id) == [opens_at for opens_at in before if opens_at < WEDNESDAY]
    assert planned(tx, elsewhere.id) == untouched
    assert cursors(tx) == {here.id: WEDNESDAY, elsewhere.id: MONDAY + timedelta(hours=72)}
    events = tx.execute(
        text(
            "SELECT DISTINCT e.reason ->> 'code' AS code, e.actor_id, d.subject_id FROM duty_events e"
            " JOIN duties d ON d.id = e.duty_id WHERE e.to_state = 'cancelled'"
        )
    ).all()
    assert [tuple(event) for event in events] == [("policy_changed", head.id, here.id)]
    powers = tx.execute(
        text("SELECT count(*) FROM collection_powers WHERE subject_id = :id AND lower(covers) >= :at"),
        {"id": here.id, "at": WEDNESDAY},
    ).scalar_one()
    assert powers == 0, "what may not be asked any more may not be collected either"


def test_the_job_plans_anew_by_the_version_that_is_in_force_then(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    subject = a_subject(tx, a_user(tx, tree.office), at=MONDAY)
    adopt_policy(tx, head.actor, VERSION, tree.county.id, EASIER, effective_from=WEDNESDAY, now=MONDAY)
    plan_duties(tx, now=WEDNESDAY, key=settings_for_tests().window_secret)
    versions = tx.execute(
        text(
            "SELECT policy_version_id, min(opens_at) AS first, max(opens_at) AS last FROM duties"
            " WHERE subject_id = :id AND state = 'planned' AND kind <> 'visit' GROUP BY 1"
        ),
        {"id": subject.id},
    ).all()
    assert {row.policy_version_id for row in versions} == {tree.policy_version_id, VERSION}
    for row in versions:
        assert row.first >= WEDNESDAY if row.policy_version_id == VERSION else row.last < WEDNESDAY


def test_what_has_opened_stays_as_it_is(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    subject = a_subject(tx, a_user(tx, tree.office), at=MONDAY)
    opened = planned(tx, subject.id)[0]
    now = opened + timedelta(seconds=1)
    adopt_policy(tx, head.actor, VERSION, tree.county.id, EASIER, effective_from=None, now=now)
    assert opened in planned(tx, subject.id)


def test_a_shorter_limit_of_silence_holds_from_its_day_on(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    subject = a_subject(tx, a_user(tx, tree.office), at=MONDAY)
    api_up(tx, MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))
    noon = MONDAY + timedelta(hours=3)
    sooner = with_changes(shipped_policy(), {"silence_h": 4})
    adopt_policy(tx, head.actor, VERSION, tree.county.id, sooner, effective_from=noon, now=MONDAY)
    assert check_silence(tx, now=noon).looked_at == 1
    assert check_silence(tx, now=MONDAY + timedelta(hours=4)).silent == 1
    assert alerts_of(tx, subject.id)[0].event_at == MONDAY + timedelta(hours=4)


def test_a_new_policy_looks_at_nobody_who_is_known_to_be_silent_or_not_watched(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    officer = a_user(tx, tree.office)
    silent, unwatched = (
        a_subject(tx, officer, at=MONDAY),
        a_subject(tx, officer, at=MONDAY, channel=Channel.NO_SMARTPHONE),
    )
    set_state(tx, silent.id, silent=True, silence_check_at=None)
    adopt_policy(tx, head.actor, VERSION, tree.county.id, EASIER, effective_from=None, now=MONDAY)
    states = tx.execute(text("SELECT silence_check_at, silent FROM subject_states ORDER BY silent")).all()
    assert [tuple(state) for state in states] == [(None, False), (None, True)]
    assert unwatched.login is None


def test_chunks_reach_everybody(tx: Connection) -> None:
    tree = a_tree(tx)
    officer = a_user(tx, tree.office)
    ids = {a_subject(tx, officer, at=MONDAY).id for _ in range(5)}
    install_policy(tx, tree.county.id, shipped("demo"), effective_from=WEDNESDAY, created_by=None, now=MONDAY, chunk=2)
    assert cursors(tx) == dict.fromkeys(ids, WEDNESDAY)


def test_how_many_statements_a_chunk_takes(tx: Connection) -> None:
    tree = a_tree(tx)
    officer = a_user(tx, tree.office)
    for _ in range(4):
        a_subject(tx, officer, at=MONDAY)
    with counted(tx) as sent:
        install_policy(tx, tree.county.id, shipped("demo"), effective_from=WEDNESDAY, created_by=None, now=MONDAY)
    assert len(sent) == 10, (
        "alone; what begins later; close, write; lock; cancel, end powers, events, cursors; and the empty last chunk"
    )


def test_a_request_is_served_once(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)

    def adopt(office_id: UUID = tree.county.id) -> bool:
        return adopt_policy(
            tx,
            head.actor,
            VERSION,
            office_id,
            EASIER,
            effective_from=WEDNESDAY,
            now=MONDAY,
        )

    assert [adopt(), adopt()] == [True, False]
    with pytest.raises(Conflict, match="id_reused"):
        adopt(tree.office.id)
    with pytest.raises(NotFound):
        adopt(tree.city.id)


def test_what_cannot_wait_holds_until_what_was_decided_for_later_begins(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    later = install_policy(tx, tree.county.id, shipped("demo"), effective_from=WEDNESDAY, created_by=None, now=MONDAY)
    assert adopt_policy(tx, head.actor, VERSION, tree.county.id, EASIER, effective_from=None, now=MONDAY)
    held = [
        policies.of_office(tx, tree.office.id, at=at).version_id
        for at in (MONDAY, WEDNESDAY - timedelta(microseconds=1), WEDNESDAY, WEDNESDAY + timedelta(days=400))
    ]
    assert held == [VERSION, VERSION, later, later]


def test_neither_the_past_nor_what_is_planned_is_rewritten(tx: Connection) -> None:
    tree = a_tree(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    with pytest.raises(Refused, match="policy_in_past"):
        adopt_policy(tx, head.actor, VERSION, tree.county.id, EASIER, effective_from=LONG_AGO, now=MONDAY)
    install_policy(tx, tree.county.id, shipped("demo"), effective_from=WEDNESDAY, created_by=None, now=MONDAY)
    with pytest.raises(Conflict, match="policy_planned_later"):
        adopt_policy(tx, head.actor, VERSION, tree.county.id, EASIER, effective_from=WEDNESDAY, now=MONDAY)
