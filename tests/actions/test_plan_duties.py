"""Planning on a real database: what is written, how often, and at what cost."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from app.actions.plan_duties import Planned, plan_duties
from app.rules.facts import JOB, Channel, DutyKind, DutyState, Reason, Role, SupervisionClass
from app.rules.planning import HORIZON, replan
from app.rules.policy import with_changes
from app.store import due, effects, planning
from tests.builders.duties import KEY, a_supervised, duty_states, set_state
from tests.builders.offices import Tree, a_policy, a_tree, shipped_policy
from tests.builders.users import Worker, a_user
from tests.statements import counted

MONDAY = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
"""2 March 2026, 00:00 in Shanghai."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def county(tx: Connection) -> tuple[Tree, Worker]:
    tree = a_tree(tx)
    return tree, a_user(tx, tree.office, Role.OFFICER)


def kinds(tx: Connection, subject_id: UUID) -> dict[str, int]:
    rows = tx.execute(
        text("SELECT kind, count(*) FROM duties WHERE subject_id = :id GROUP BY 1 ORDER BY 1"), {"id": subject_id}
    )
    return {row[0]: row[1] for row in rows}


def test_three_days_are_written_with_their_powers_and_the_cursor_moves(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    set_state(tx, subject_id, planned_until=MONDAY)
    assert plan_duties(tx, now=MONDAY, key=KEY) == Planned(subjects=1, duties=19)
    assert kinds(tx, subject_id) == {"check_in": 6, "location_check": 12, "visit": 1}
    powers = tx.execute(
        text(
            "SELECT count(*) FROM collection_powers p JOIN duties d ON d.id = p.id "
            "WHERE lower(p.covers) = d.opens_at AND upper(p.covers) = d.grace_until"
        )
    ).scalar_one()
    assert powers == 18
    cursor = tx.execute(text("SELECT planned_until FROM subject_states")).scalar_one()
    assert cursor == MONDAY + HORIZON


def test_at_registration_the_intake_talk_is_planned_too(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    set_state(tx, subject_id, planned_until=None)
    (facts,) = planning.facts_for(tx, [subject_id], until=MONDAY + HORIZON)
    assert (facts.registered_at, facts.planned_until, facts.last_due) == (MONDAY, None, {})
    assert [period.version_id for period in facts.policies] == [tree.policy_version_id]


def test_planning_again_writes_nothing_and_later_only_what_is_new(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    assert plan_duties(tx, now=MONDAY + 11 * HOUR, key=KEY) == Planned()
    set_state(tx, subject_id, planned_until=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    assert sum(kinds(tx, subject_id).values()) == 19
    assert plan_duties(tx, now=MONDAY + 12 * HOUR, key=KEY).subjects == 1


def test_a_subject_is_planned_again_when_twelve_hours_are_used_up(tx: Connection) -> None:
    tree, officer = county(tx)
    a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    second = timedelta(seconds=1)
    assert due.listed(tx, due.PLAN, now=MONDAY + 12 * HOUR - second, limit=9) == ()
    assert len(due.listed(tx, due.PLAN, now=MONDAY + 12 * HOUR, limit=9)) == 1


def test_a_standstill_of_four_days_leaves_no_hole(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    plan_duties(tx, now=MONDAY + 7 * DAY, key=KEY)
    fixed = tx.execute(
        text("SELECT count(*) FROM duties WHERE subject_id = :id AND rule_code = 'check_in.strict.1'"),
        {"id": subject_id},
    ).scalar_one()
    assert fixed == 10


def test_who_is_not_under_correction_or_not_in_planning_is_left_alone(tx: Connection) -> None:
    tree, officer = county(tx)
    ended = a_supervised(tx, tree, officer, at=MONDAY)
    tx.execute(text("UPDATE subjects SET status = 'ended', ended_at = :at WHERE id = :id"), {"at": MONDAY, "id": ended})
    outside = a_supervised(tx, tree, officer, at=MONDAY)
    set_state(tx, outside, planned_until=None)
    assert plan_duties(tx, now=MONDAY + DAY, key=KEY) == Planned()


def test_nothing_is_planned_beyond_the_term(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY, term_to=date(2026, 3, 3))
    plan_duties(tx, now=MONDAY, key=KEY)
    assert kinds(tx, subject_id) == {"check_in": 4, "location_check": 8}


def test_a_slot_that_fell_away_and_is_planned_again_comes_back(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    since = MONDAY + DAY
    (facts,) = planning.facts_for(tx, [subject_id], until=since + HORIZON, since=since)
    decision = replan(
        facts, since=since, until=since + HORIZON, key=KEY, now=since, reason=Reason("class_changed"), actor=JOB
    )
    effects.apply(tx, [decision])
    assert duty_states(tx, subject_id) == {"planned": 19 + 6}
    powers = tx.execute(text("SELECT count(*) FROM collection_powers")).scalar_one()
    assert powers == 24


def test_a_slot_that_comes_back_is_a_new_plan_in_everything(tx: Connection) -> None:
    """A fixed window becomes one at a secret time: it is told to nobody before it opens, and is planned only now."""
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    slot = {"rule": "check_in.strict.1", "slot": MONDAY + DAY}
    tx.execute(
        text(
            "UPDATE duties SET state = 'cancelled', reminded_at = opens_at"
            " WHERE rule_code = :rule AND slot_start = :slot"
        ),
        slot,
    )
    secret = {"windows.strict": [{"days": "daily", "length_min": 60, "start_from": "14:00", "start_to": "20:00"}]}
    a_policy(tx, tree.county, with_changes(shipped_policy(), secret), from_at=MONDAY + HOUR)
    set_state(tx, subject_id, planned_until=MONDAY + DAY)
    plan_duties(tx, now=MONDAY + DAY + HOUR, key=KEY)
    row = tx.execute(text("SELECT * FROM duties WHERE rule_code = :rule AND slot_start = :slot"), slot).one()
    assert (row.state, row.random, row.reminded_at, row.created_at) == ("planned", True, None, MONDAY + DAY + HOUR)
    event = tx.execute(text("SELECT * FROM duty_events WHERE duty_id = :id"), {"id": row.id}).one()
    assert (event.from_state, event.to_state, event.reason["code"]) == ("cancelled", "planned", "planned_again")


def test_another_class_from_a_day_on(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    change = MONDAY + DAY
    tx.execute(text("UPDATE class_periods SET period = tstzrange(lower(period), :at)"), {"at": change})
    tx.execute(
        text(
            "INSERT INTO class_periods (id, subject_id, class, period, set_by, reason) "
            "SELECT gen_random_uuid(), subject_id, 'lenient', tstzrange(:at, NULL), set_by, 'x' FROM class_periods"
        ),
        {"at": change},
    )
    (facts,) = planning.facts_for(tx, [subject_id], until=change + HORIZON, since=change)
    assert [period.class_ for period in facts.classes] == [SupervisionClass.STRICT, SupervisionClass.LENIENT]
    decision = replan(
        facts, since=change, until=change + HORIZON, key=KEY, now=change, reason=Reason("class_changed"), actor=JOB
    )
    effects.apply(tx, [decision])
    planned = tx.execute(
        text(
            "SELECT rule_code, count(*) FROM duties WHERE state = 'planned' AND obligor = 'subject'"
            " GROUP BY 1 ORDER BY 1"
        )
    ).all()
    assert [tuple(row) for row in planned] == [
        ("check_in.lenient.1", 1),
        ("check_in.strict.1", 1),
        ("check_in.strict.2", 1),
        ("location_check.lenient.1", 3),
        ("location_check.strict.1", 1),
        ("location_check.strict.2", 1),
        ("location_check.strict.3", 1),
        ("location_check.strict.4", 1),
    ]
    assert duty_states(tx, subject_id)[DutyState.CANCELLED] == 12


def test_a_policy_of_the_county_goes_before_that_of_the_province_from_its_day_on(tx: Connection) -> None:
    tree, officer = county(tx)
    own = with_changes(shipped_policy(), {"windows.strict": [{"days": "daily", "from": "09:00", "to": "11:00"}]})
    version_id = a_policy(tx, tree.county, own, from_at=MONDAY + DAY)
    a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    rows = tx.execute(
        text("SELECT opens_at, policy_version_id FROM duties WHERE rule_code = 'check_in.strict.1' ORDER BY 1")
    ).all()
    assert [(row.opens_at - MONDAY, row.policy_version_id) for row in rows] == [
        (8 * HOUR, tree.policy_version_id),
        (DAY + 9 * HOUR, version_id),
        (2 * DAY + 9 * HOUR, version_id),
    ]


def test_without_a_smartphone_no_location_checks_are_written(tx: Connection) -> None:
    tree, officer = county(tx)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY, channel=Channel.NO_SMARTPHONE)
    plan_duties(tx, now=MONDAY, key=KEY)
    assert DutyKind.LOCATION_CHECK not in kinds(tx, subject_id)


def test_the_number_of_queries_does_not_grow_with_the_subjects(tx: Connection) -> None:
    tree, officer = county(tx)
    a_supervised(tx, tree, officer, at=MONDAY)
    with counted(tx) as one:
        plan_duties(tx, now=MONDAY, key=KEY)
    for _ in range(20):
        a_supervised(tx, tree, officer, at=MONDAY)
    with counted(tx) as twenty:
        assert plan_duties(tx, now=MONDAY, key=KEY).subjects == 20
    assert len(one) == len(twenty) == 9
