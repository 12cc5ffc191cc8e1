"""Proofs on disk: measured by PostGIS, judged when a record is written, and again when evidence comes later."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.prove_records import prove_records
from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.actions.set_visit_point import end_visit_point, set_visit_point
from app.clients.file_folder import FolderStore
from app.clients.sealed_files import SealedFiles
from app.rules.effects.records import Details
from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import DutyKind, FilePurpose, Fix, GivenPlace, Role
from app.rules.policy.items import Place
from app.rules.proof.circle import near
from app.rules.proof.facts import Verdict
from app.rules.visit_points import NewPoint
from app.rules.visits import NewRecord
from app.store import attachments, proofs
from tests.builders.app import MONDAY, folder_of_tests, settings_for_tests
from tests.builders.files import a_new_attachment, an_attachment
from tests.builders.offices import Tree, a_policy, a_tree, whole_table
from tests.builders.photos import a_photo
from tests.builders.positions import a_power, a_report, report
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user
from tests.builders.visits import DOOR, a_new_record

KEPT, BROKEN, UNKNOWN = Verdict
SHORTENED = "UPDATE collection_powers SET covers = covers * tstzrange(NULL, :at)"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject_id(tx: Connection, officer: Worker) -> UUID:
    return a_subject(tx, officer, at=MONDAY - HOUR).id


def visited(
    tx: Connection, officer: Worker, subject_id: UUID, at: datetime, fix: Fix | None, kind: DutyKind = DutyKind.VISIT
) -> UUID:
    item, act = ("访1", record_visit) if kind is DutyKind.VISIT else ("谈1", record_talk)
    receipt, _ = act(tx, officer.actor, a_new_record(subject_id, at, item, kind=kind, fix=fix), now=at + 10 * MINUTE)
    return receipt.id


def proof(tx: Connection, record_id: UUID) -> tuple[str, dict[str, Any]]:
    row = tx.execute(text("SELECT * FROM record_proofs WHERE record_id = :id"), {"id": record_id}).one()
    return row.verdict, {one["code"]: (one["verdict"], one["params"]) for one in row.checks}


def test_a_visit_at_the_door_proves_itself_when_it_is_written(
    tx: Connection, officer: Worker, subject_id: UUID
) -> None:
    record_id = visited(tx, officer, subject_id, MONDAY, Fix(*DOOR, 20))
    verdict, checks = proof(tx, record_id)
    assert (verdict, checks["at_home"][0], checks["at_home"][1]["limit"]) == ("proven", "kept", "150")
    assert 0 < int(checks["at_home"][1]["metres"]) < 130


@pytest.mark.parametrize(("fix", "verdict"), [(Fix(118.7, 28.8, 20), "contradicted"), (None, "unknown")])
def test_far_away_is_against_it_and_no_position_is_not(
    tx: Connection, officer: Worker, subject_id: UUID, fix: Fix | None, verdict: str
) -> None:
    assert proof(tx, visited(tx, officer, subject_id, MONDAY, fix))[0] == verdict


def test_far_away_hours_later_is_not_against_it(tx: Connection, officer: Worker, subject_id: UUID) -> None:
    """Written back at the office: nobody knows where it was begun, unless the phone tells that it was then."""
    far = a_new_record(subject_id, MONDAY, "访1", fix=Fix(118.7, 28.8, 20))
    begun = replace(far, id=uuid4(), details=Details(started_at=MONDAY + 5 * MINUTE))
    for new in (far, begun):
        record_visit(tx, officer.actor, new, now=MONDAY + 5 * HOUR)
    assert (proof(tx, far.id)[0], proof(tx, far.id)[1]["at_home"][0]) == ("unknown", "unknown")
    assert proof(tx, begun.id)[0] == "contradicted"


def test_a_position_that_is_made_up_decides_nothing_about_a_talk(
    tx: Connection, officer: Worker, subject_id: UUID
) -> None:
    a_power(tx, subject_id, MONDAY - HOUR, MONDAY + HOUR)
    report(tx, subject_id, a_report(MONDAY, lon=118.7, lat=28.8, accuracy_m=15), now=MONDAY)
    record_id = visited(tx, officer, subject_id, MONDAY, Fix(*DOOR, 20, mock=True), DutyKind.TALK)
    assert "subject_there" not in proof(tx, record_id)[1]


@pytest.mark.parametrize("statement", ["DELETE FROM collection_powers", SHORTENED], ids=["gone", "shortened"])
def test_a_position_that_no_power_covers_any_more_is_not_read(
    tx: Connection, officer: Worker, subject_id: UUID, statement: str
) -> None:
    a_power(tx, subject_id, MONDAY - HOUR, MONDAY + HOUR)
    report(tx, subject_id, a_report(MONDAY + 5 * MINUTE, lon=118.7, lat=28.8, accuracy_m=15), now=MONDAY + HOUR)
    record_id = visited(tx, officer, subject_id, MONDAY, Fix(*DOOR, 20), DutyKind.TALK)
    assert proof(tx, record_id)[1]["subject_there"][0] == "broken"
    tx.execute(text(statement), {"at": MONDAY} if ":at" in statement else {})
    prove_records(tx, now=MONDAY + HOUR)
    assert "subject_there" not in proof(tx, record_id)[1]


def test_a_point_that_somebody_else_set_proves_that_one_was_there(
    tx: Connection, tree: Tree, officer: Worker, subject_id: UUID
) -> None:
    a_policy(tx, tree.county, whole_table("jiangshan"), from_at=MONDAY - HOUR)
    station, at = (118.66, 28.75), Fix(118.6602, 28.75, 20)
    record_id = receipt_of(tx, officer, a_new_record(subject_id, MONDAY, "访5", fix=at), MONDAY + MINUTE)
    assert proof(tx, record_id)[1]["at_police_station"][0] == "unknown"
    given = GivenPlace(*station, *station, "wgs84")
    own = NewPoint(uuid4(), tree.office.id, None, Place.POLICE_STATION, "城关派出所", given, b"body")
    others = replace(own, id=uuid4())
    county = a_user(tx, tree.county, Role.COUNTY_STAFF)
    for by, new, verdict in ((officer, own, "unknown"), (county, others, "kept")):
        assert [set_visit_point(tx, by.actor, new, now=MONDAY + HOUR) for _ in range(2)] == [True, False]
        proofs.evidence_came(tx, [record_id], now=MONDAY + HOUR)
        prove_records(tx, now=MONDAY + HOUR)
        assert proof(tx, record_id)[1]["at_police_station"][0] == verdict
    assert proof(tx, record_id)[0] == "proven"
    end_visit_point(tx, officer.actor, others.id, now=MONDAY + 2 * HOUR)
    for happened_at, verdict in ((MONDAY + HOUR, "kept"), (MONDAY + 3 * HOUR, "unknown")):
        later = receipt_of(tx, officer, a_new_record(subject_id, happened_at, "访5", fix=at), MONDAY + 3 * HOUR)
        assert proof(tx, later)[1]["at_police_station"][0] == verdict, "as it was when it happened"


def test_points_stay_within_reach_and_with_whom_they_are_of(
    tx: Connection, tree: Tree, officer: Worker, subject_id: UUID
) -> None:
    given = GivenPlace(118.66, 28.75, 118.66, 28.75, "wgs84")
    shop = NewPoint(uuid4(), None, subject_id, Place.WORKPLACE, "竹编厂", given, b"body")
    stranger = a_user(tx, tree.second_office)
    with pytest.raises(NotFound):
        set_visit_point(tx, stranger.actor, shop, now=MONDAY)
    assert set_visit_point(tx, officer.actor, shop, now=MONDAY)
    with pytest.raises(NotFound):
        end_visit_point(tx, stranger.actor, shop.id, now=MONDAY)
    for unfit in (replace(shop, place=Place.POLICE_STATION), replace(shop, subject_id=None, office_id=tree.office.id)):
        with pytest.raises(Refused, match="point_unfit"):
            set_visit_point(tx, officer.actor, unfit, now=MONDAY)
    with pytest.raises(Conflict, match="id_reused"):
        set_visit_point(tx, a_user(tx, tree.office).actor, shop, now=MONDAY)


def receipt_of(tx: Connection, officer: Worker, new: NewRecord, now: datetime) -> UUID:
    return record_visit(tx, officer.actor, new, now=now)[0].id


def test_a_record_is_judged_when_it_is_due_and_then_left_alone(
    tx: Connection, officer: Worker, subject_id: UUID
) -> None:
    visited(tx, officer, subject_id, MONDAY, Fix(*DOOR, 20))
    written_at = MONDAY + 10 * MINUTE
    assert prove_records(tx, now=written_at + 9 * MINUTE) == 0
    assert [prove_records(tx, now=written_at + 10 * MINUTE) for _ in range(2)] == [1, 0]
    assert prove_records(tx, now=written_at + 31 * 24 * HOUR) == 1
    assert prove_records(tx, now=written_at + 90 * 24 * HOUR) == 0


def test_a_photo_that_comes_later_is_judged_later(tx: Connection, officer: Worker, subject_id: UUID) -> None:
    record_id = visited(tx, officer, subject_id, MONDAY, Fix(*DOOR, 20))
    prove_records(tx, now=MONDAY + HOUR)
    files = SealedFiles(FolderStore(folder_of_tests()), settings_for_tests())
    new = a_new_attachment(subject_id, FilePurpose.PHOTO, about_kind="record", about_id=record_id)
    taken = a_photo(taken="2026:03:01 09:00:00", lon_lat=DOOR, accuracy_m=10)
    kept = an_attachment(tx, files, officer, new, taken, now=MONDAY + 2 * HOUR)
    assert [prove_records(tx, now=MONDAY + 2 * HOUR + MINUTE) for _ in range(2)] == [1, 0]
    verdict, checks = proof(tx, record_id)
    assert (verdict, checks["photo_time"][0]) == ("contradicted", "broken")
    attachments.delete(tx, [kept.id], "误传", by=officer.id, now=MONDAY + 3 * HOUR)
    assert prove_records(tx, now=MONDAY + 3 * HOUR + MINUTE) == 1
    assert (proof(tx, record_id)[0], "photo_time" in proof(tx, record_id)[1]) == ("proven", False)


def test_the_own_position_of_the_subject_counts_where_a_power_gave_one(
    tx: Connection, officer: Worker, subject_id: UUID
) -> None:
    record_id = visited(tx, officer, subject_id, MONDAY, Fix(*DOOR, 20), DutyKind.TALK)
    assert "subject_there" not in proof(tx, record_id)[1]
    a_power(tx, subject_id, MONDAY - HOUR, MONDAY + HOUR)
    report(tx, subject_id, a_report(MONDAY + 5 * MINUTE, lon=118.7, lat=28.8, accuracy_m=15), now=MONDAY + HOUR)
    assert prove_records(tx, now=MONDAY + 2 * HOUR) == 1
    verdict, checks = proof(tx, record_id)
    assert (verdict, checks["subject_there"][0]) == ("contradicted", "broken")
    assert checks["subject_there"][1]["minutes"] == "5"


@pytest.mark.parametrize("accuracy", [20, 60, 200])
@pytest.mark.parametrize("offset", [0.0, 0.0005, 0.001, 0.0015, 0.003, 0.01])
def test_postgis_draws_the_same_circles(tx: Connection, offset: float, accuracy: float) -> None:
    """The circles as PostGIS draws them: one within the other, or apart (to a metre, as it draws with corners)."""
    row = tx.execute(
        text(
            """
            WITH p AS (SELECT ST_SetSRID(ST_MakePoint(118.627, 28.738), 4326)::geography AS home,
                              ST_SetSRID(ST_MakePoint(118.627 + :offset, 28.738), 4326)::geography AS officer)
            SELECT ST_Distance(home, officer) AS distance,
                   ST_CoveredBy(ST_Buffer(officer, :accuracy - 1, 64), ST_Buffer(home, 151, 64)) AS within,
                   NOT ST_Intersects(ST_Buffer(officer, :accuracy + 1, 64), ST_Buffer(home, 151, 64)) AS apart
            FROM p
            """
        ),
        {"offset": offset, "accuracy": accuracy},
    ).one()
    verdict = near(row.distance, accuracy, 150)
    assert (verdict is KEPT) <= row.within
    assert (verdict is BROKEN) == row.apart or abs(row.distance - accuracy - 150) < 3
