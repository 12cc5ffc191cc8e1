"""A county in which every list is a thousand lines long: the walk's world, its rows copied inside the database."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, text

from app.actions.write_occasion import write_occasion
from app.rules.facts import DutyKind, DutyState, OccasionKind
from app.rules.occasions import Written
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty
from tests.guards.world import Place, World

THOUSAND = 1000

COLUMNS = text(
    """
    SELECT quote_ident(attname) FROM pg_attribute
    WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped
      AND attidentity = '' AND attgenerated = '' ORDER BY attnum
    """
)


class Copier:
    """Copies rows. `kind` keeps apart copies that are made for different ends."""

    def __init__(self, tx: Connection, kind: str) -> None:
        self._tx, self._kind = tx, kind

    def copy(self, table: str, where: str, moved: Iterable[str] = ("id",), **changed: str) -> None:
        """A thousand of each row of `table` that fits `where`: ids in the columns `moved` become those of copies, the
        columns `changed` are SQL in which `t` is the row and `g` the number of the copy.
        """
        columns = list(self._tx.execute(COLUMNS, {"table": table}).scalars())
        values = {name: f"t.{name}" for name in columns}
        values |= {name: f"CASE WHEN t.{name} IS NOT NULL THEN {self.id_of(f't.{name}')} END" for name in moved}
        values |= changed
        self._tx.execute(
            text(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values[name] for name in columns)} "
                f"FROM {table} AS t, generate_series(1, {THOUSAND}) AS g WHERE {where}"
            )
        )

    def id_of(self, expression: str) -> str:
        """The copy's id: the same wherever the copied row is named."""
        return f"md5({expression} || '|{self._kind}|' || g)::uuid"


def a_county_of_thousands(tx: Connection, world: World) -> None:
    """A thousand people in the own office, a thousand offices in the county with an officer each, a thousand of
    whatever can be written about one person, and a thousand of everything that an office or a user has.
    """
    place = world.own
    _trouble(tx, place)
    _people(tx, place)
    _offices(tx, place)
    _about_one(tx, place)
    _of_the_office(tx, world)


def _trouble(tx: Connection, place: Place) -> None:
    """What an unlucky person's week holds, beside what the world gives everybody."""
    hour = timedelta(hours=1)
    whose = (tx, place.tree, place.subject_id)
    a_duty(*whose, MONDAY - 240 * hour, MONDAY - 2 * hour, kind=DutyKind.VISIT, state=DutyState.MISSED)
    a_duty(*whose, MONDAY - 100 * hour, MONDAY + 5 * hour, kind=DutyKind.TALK, state=DutyState.OPEN)
    a_duty(*whose, MONDAY - 74 * hour, MONDAY - 72 * hour, state=DutyState.MISSED)
    new = Written(place.derived("violation"), OccasionKind.VIOLATION, "未经批准外出", b"thousands")
    write_occasion(tx, place.officer.actor, place.subject_id, new, now=MONDAY)
    last_week = "SET happened_at = happened_at - interval '50 hours', known_at = known_at - interval '50 hours'"
    tx.execute(text(f"UPDATE occasions {last_week} WHERE id = '{new.id}'"))


def _people(tx: Connection, place: Place) -> None:
    """A thousand people with an officer each, to whom all happened that happened to the world's own."""
    copier = Copier(tx, "people")
    of_subject, of_visit = f"t.subject_id = '{place.subject_id}'", f"t.record_id = '{place.id_of('visit_id')}'"
    officer = f"t.id = '{place.in_charge.id}'"
    copier.copy("users", officer, login="t.login || g", name="'徐' || g")
    _subjects(copier, place, "P", ("id", "officer_id"))
    copier.copy("subject_states", of_subject, ("subject_id",))
    copier.copy("occasions", of_subject, ("id", "subject_id", "source_id"), receipt_no="NULL")
    asked = f"{of_subject} AND NOT (t.state = 'planned' AND t.kind IN ('check_in', 'location_check'))"
    copier.copy("duties", asked, ("id", "subject_id", "occasion_id", "evidence_id", "officer_id"))
    copier.copy("alerts", of_subject, ("id", "subject_id", "about_id"))
    copier.copy("waivers", of_subject, ("id", "duty_id", "subject_id"))
    copier.copy(
        "attempts", of_subject, ("id", "duty_id", "subject_id"), photo_id="NULL", receipt_no="t.receipt_no || g"
    )
    copier.copy("leave_requests", of_subject, ("id", "root_id", "duty_id", "subject_id"))
    copier.copy("positioning_orders", of_subject, ("id", "subject_id", "notice_duty_id", "renewal_duty_id"))
    copier.copy("searches", of_subject, ("id", "subject_id"), alert_id="NULL")
    copier.copy("known_facts", of_subject, ("id", "check_id", "subject_id"))
    copier.copy("known_fact_disputes", of_subject, ("subject_id", "fact_id", "other_id"))
    copier.copy("records", of_subject, ("id", "subject_id"))
    copier.copy("record_items", of_visit, ("record_id", "duty_id"))
    of_sample = f"t.sample_id = '{place.id_of('sample_id')}'"
    copier.copy("samples", f"t.id = '{place.id_of('sample_id')}'")
    copier.copy("sampled_records", of_sample, ("sample_id", "record_id"))
    copier.copy("sample_entries", of_sample, ("id", "sample_id", "record_id"))


def _subjects(copier: Copier, place: Place, letter: str, moved: Iterable[str], **changed: str) -> None:
    unique = ("id_number_cipher", "id_number_key_version", "id_number_hash", "registration_id")
    values = {"subject_no": f"'{letter}' || lpad(g::text, 6, '0')", "name": f"'{letter}某' || g", **changed}
    copier.copy("subjects", f"t.id = '{place.subject_id}'", moved, **dict.fromkeys(unique, "NULL"), **values)


def _offices(tx: Connection, place: Place) -> None:
    """A thousand offices of the county, each with one person, and with as much to do as there is about the world's."""
    copier = Copier(tx, "offices")
    of_subject = f"t.subject_id = '{place.subject_id}'"
    named = {"code": "t.code || '-' || g", "path": "t.path || '-' || g", "name": "'第' || g || '司法所'"}
    copier.copy("offices", f"t.id = '{place.office.id}'", **named)
    people = Copier(tx, "people").id_of("t.user_id")
    copier.copy("user_roles", f"t.user_id = '{place.in_charge.id}'", ("id", "office_id"), user_id=people)
    _subjects(copier, place, "Q", ("id", "office_id"), officer_id="NULL")
    copier.copy("subject_states", of_subject, ("subject_id",))
    owed = f"{of_subject} AND t.kind IN ('visit', 'talk') AND t.state IN ('missed', 'open')"
    moved = ("id", "subject_id", "office_id")
    copier.copy("duties", owed, moved, occasion_id="NULL", evidence_id="NULL", officer_id="NULL")


def _about_one(tx: Connection, place: Place) -> None:
    """A thousand of each thing about the world's own person."""
    copier = Copier(tx, "one")
    of_subject, earlier = f"t.subject_id = '{place.subject_id}'", "- g * interval '1 hour'"
    visit, alert = place.id_of("visit_id"), place.id_of("alert_id")
    copier.copy("records", f"t.id = '{visit}'", happened_at=f"t.happened_at {earlier}")
    copier.copy("record_items", f"t.record_id = '{visit}'", ("record_id",), duty_id="NULL")
    written = {name: f"t.{name} {earlier}" for name in ("learned_at", "verified_at", "written_at")}
    copier.copy("known_facts", of_subject, ("id", "check_id"), **written)
    tx.execute(
        text(
            f"INSERT INTO known_fact_ends (fact_id, ended_by) SELECT {copier.id_of('t.id')}, t.id "
            f"FROM known_facts AS t, generate_series(1, {THOUSAND}) AS g "
            f"WHERE {of_subject} AND t.written_at >= '{MONDAY}'"
        )
    )
    copier.copy("occasions", of_subject, ("id", "source_id"), receipt_no="NULL", happened_at=f"t.happened_at {earlier}")
    copier.copy("attachments", f"t.id = '{place.id_of('attachment_id')}'", title="'材料' || g")
    copier.copy("zones", of_subject)
    refused = {"state": "'refused'", "decision_reason": "'材料不全'", "duty_id": "NULL"}
    copier.copy("leave_requests", f"t.id = '{place.id_of('pending_id')}'", ("id", "root_id"), **refused)
    back = "- g * interval '11 days'"
    term = {
        "term": f"tstzrange(lower(t.term) {back}, upper(t.term) {back})",
        **{name: f"t.{name} {back}" for name in ("ordered_from", "ordered_until")},
    }
    unowed = {"notice_duty_id": "NULL", "renewal_duty_id": "NULL"}
    copier.copy("positioning_orders", f"t.id = '{place.id_of('order_id')}'", **term, **unowed)
    copier.copy("alert_occurrences", f"t.alert_id = '{alert}'", (), n="t.n + g", event_at=f"t.event_at {earlier}")
    copier.copy("alert_events", f"t.alert_id = '{alert}'", ())
    closed = {"handling": "'closed'", "closed_at": "t.opened_at", "close_reason": "'phone'", "close_result": "'已联系'"}
    copier.copy("alerts", f"t.id = '{alert}'", closed_by=f"'{place.officer.id}'", **closed)
    copier.copy("audit", f"t.id = (SELECT max(id) FROM audit AS t WHERE {of_subject})", (), action="'subjects.read'")


def _of_the_office(tx: Connection, world: World) -> None:
    """A thousand of each thing of an office, and of each user's own."""
    place, copier = world.own, Copier(tx, "office")
    later = "+ g * interval '2 days'"
    copier.copy(
        "absences",
        f"t.id = '{place.id_of('absence_id')}'",
        away=f"tstzrange(lower(t.away) {later}, upper(t.away) {later})",
    )
    copier.copy("announced_periods", f"t.id = '{place.id_of('period_id')}'", title="t.title || g")
    of_office = {"subject_id": "NULL", "place": "'community'", "name": "t.name || g"}
    copier.copy("visit_points", f"t.id = '{place.id_of('point_id')}'", **of_office)
    copier.copy("weekly_reviews", f"t.id = '{place.id_of('review_id')}'")
    before = "lower(t.in_force) - g * interval '1 day'"
    copier.copy(
        "policy_versions",
        f"t.id = '{place.id_of('version_id')}'",
        in_force=f"tstzrange({before}, {before} + interval '1 day')",
    )
    copier.copy(
        "policy_draft_events",
        f"t.draft_id = '{place.id_of('draft_id')}' AND t.revision = 1",
        (),
        revision="t.revision + g",
    )
    for user in world.users.values():
        own = Copier(tx, f"user {user.id}")
        sent = {"recipient_id": f"'{user.id}'", "seq": "nextval('notices_seq_seq')"}
        own.copy("notices", f"t.id = '{place.id_of('notice_id')}'", ("id", "about_id"), **sent)
        own.copy("sessions", f"t.id = '{place.id_of('session_id')}'", owner_id=f"'{user.id}'")
