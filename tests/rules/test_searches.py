"""The clocks of a search, its record, its ends, and the band that a length of absence falls into."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.rules.effects import ChangeDuty, Decision, RaiseAlert, RecoverAlert
from app.rules.effects.orders_searches import (
    EndSearch,
    EntryKind,
    OpenSearch,
    SearchKind,
    SearchOutcome,
    SearchStep,
    WriteSearchEntry,
)
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import (
    JOB,
    About,
    Actor,
    AlertKind,
    Category,
    Cause,
    DutyState,
    Grant,
    Reason,
    Role,
    Strength,
    SubjectStatus,
)
from app.rules.policy import SearchClocks
from app.rules.searches import (
    Band,
    Conclusion,
    NewEntry,
    OpenAlert,
    SearchFacts,
    SearchFile,
    StepDuty,
    Wanted,
    absence_days,
    add_entry,
    band_of,
    conclude,
    due_at,
    excuse,
    open_by_rule,
    open_search,
    plan_opening,
)
from app.rules.wording.searches import BANDS, band_words
from tests.rules.policies import shipped

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLOCKS = SearchClocks()
SUBJECT, OFFICE = UUID(int=1), UUID(int=2)


def shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - 8 * HOUR


NOW = shanghai(2026, 3, 2, 9)


def a_user(*roles: Role) -> Actor:
    return Actor("user", UUID(int=9), tuple(Grant(role, OFFICE, "33.3308.330881.a") for role in roles))


OFFICER, COUNTY, AIDE = a_user(Role.OFFICER), a_user(Role.COUNTY_STAFF), a_user(Role.AIDE)


@pytest.mark.parametrize(
    ("name", "step", "opened_at", "since", "due"),
    [
        ("calls are due the same day", SearchStep.CALLS, (3, 2, 9, 0), (3, 1, 9, 0), (3, 3, 0, 0)),
        ("at the day's end they get two hours", SearchStep.CALLS, (3, 2, 23, 30), (3, 1, 9, 0), (3, 3, 1, 30)),
        ("exactly two hours before midnight", SearchStep.CALLS, (3, 2, 22, 0), (3, 1, 9, 0), (3, 3, 0, 0)),
        ("two days for going there", SearchStep.VISIT, (2, 27, 9, 0), (2, 26, 9, 0), (3, 1, 9, 0)),
        ("a day for the procuratorate", SearchStep.PROCURATORATE, (3, 31, 9, 0), (3, 30, 9, 0), (4, 1, 9, 0)),
        ("72 hours after the last contact", SearchStep.POLICE, (3, 2, 9, 0), (3, 1, 9, 0), (3, 4, 9, 0)),
        ("over the end of February", SearchStep.POLICE, (2, 27, 9, 0), (2, 26, 10, 0), (3, 1, 10, 0)),
        ("a search begun late still leaves two hours", SearchStep.POLICE, (3, 10, 9, 0), (3, 1, 9, 0), (3, 10, 11, 0)),
    ],
)
def test_by_when_each_step_is_due(
    name: str, step: SearchStep, opened_at: tuple[int, ...], since: tuple[int, ...], due: tuple[int, ...]
) -> None:
    assert due_at(step, shanghai(2026, *opened_at), shanghai(2026, *since), CLOCKS) == shanghai(2026, *due)


def test_a_leap_year_has_its_29th_of_february() -> None:
    opened = shanghai(2028, 2, 28, 9)
    assert due_at(SearchStep.PROCURATORATE, opened, opened, CLOCKS) == shanghai(2028, 2, 29, 9)
    assert due_at(SearchStep.CALLS, shanghai(2028, 2, 29, 9), opened, CLOCKS) == shanghai(2028, 3, 1)


@pytest.mark.parametrize(
    ("name", "since", "until", "category", "band"),
    [
        ("found on day 10", (3, 1), (3, 11), Category.PROBATION, Band.ADMONITION),
        ("found on day 11", (3, 1), (3, 12), Category.PROBATION, Band.WARNING),
        ("one month to the day", (3, 1), (4, 1), Category.PROBATION, Band.WARNING),
        ("one month and a day", (3, 1), (4, 2), Category.PROBATION, Band.REVOKE_PROBATION),
        ("from the end of January, to the month's last day", (1, 31), (2, 28), Category.PAROLE, Band.WARNING),
        ("and a day beyond", (1, 31), (3, 1), Category.PAROLE, Band.REVOKE_PAROLE),
        ("outside prison", (3, 1), (4, 2), Category.OUTSIDE_PRISON, Band.RECALL),
        ("nothing to revoke", (3, 1), (4, 2), Category.PUBLIC_SURVEILLANCE, Band.PUBLIC_SECURITY),
        ("the same day", (3, 1), (3, 1), Category.PROBATION, Band.ADMONITION),
    ],
)
def test_the_band_of_an_absence(
    name: str, since: tuple[int, int], until: tuple[int, int], category: Category, band: Band
) -> None:
    from_at, to_at = shanghai(2026, *since, 23), shanghai(2026, *until, 1)
    assert band_of(from_at, to_at, category) is band


def test_over_29_february() -> None:
    since = shanghai(2028, 1, 29, 12)
    assert band_of(since, shanghai(2028, 2, 29, 12), Category.PROBATION) is Band.WARNING
    assert band_of(since, shanghai(2028, 3, 1, 12), Category.PROBATION) is Band.REVOKE_PROBATION
    assert absence_days(since, shanghai(2028, 3, 1, 12)) == 32


def test_a_band_is_told_with_its_article_and_who_decides() -> None:
    for band in Band:
        words = band_words(band, 12, "lost_contact")
        assert "条" in words
        assert "县级社区矫正机构" in words
        assert "系统不作处理" in words
    assert set(BANDS) == set(Band)


def facts(**changes: object) -> SearchFacts:
    found = SearchFacts(
        subject_id=SUBJECT,
        office_id=OFFICE,
        status=SubjectStatus.IN_CORRECTION,
        last_contact_at=NOW - DAY,
        open_search_id=None,
        alert=OpenAlert(UUID(int=5), active=True),
        judgment_id=None,
        intake_due_at=None,
        opening_id=None,
        policy_version_id=UUID(int=3),
        policy=shipped("jiangshan"),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


class TestOpening:
    DUTY = UUID(int=7)

    def an_alert(self) -> RaiseAlert:
        return RaiseAlert(
            subject_id=SUBJECT,
            office_id=OFFICE,
            kind=AlertKind.LOST_CONTACT,
            about=About("subject", SUBJECT),
            source=About("silence", SUBJECT),
            event_at=NOW,
            at=NOW,
            why=Reason("silent"),
            cause=Cause.UNSURE,
            strength=Strength.MEDIUM,
            rule_code="silence",
            policy_version_id=UUID(int=3),
        )

    @pytest.mark.parametrize(("silent_h", "opens_in_h"), [(2, 22), (24, 0), (30, 0)])
    def test_the_rule_waits_until_24_hours_after_the_last_contact(self, silent_h: int, opens_in_h: int) -> None:
        plan = plan_opening(self.an_alert(), NOW - silent_h * HOUR, CLOCKS, now=NOW)
        assert plan.opens_at == NOW + opens_in_h * HOUR

    def test_a_rule_opens_a_search_and_confirms_nothing(self) -> None:
        decision = open_by_rule(facts(), self.DUTY, now=NOW)
        (search,) = [effect for effect in decision.effects if isinstance(effect, OpenSearch)]
        assert (search.actor, search.kind, search.absent_since) == (JOB, SearchKind.LOST_CONTACT, NOW - DAY)
        assert set(search.steps) == set(SearchStep)
        assert not [effect for effect in decision.effects if isinstance(effect, EndSearch)]

    @pytest.mark.parametrize(
        "changes",
        [
            {"alert": None},
            {"alert": OpenAlert(UUID(int=5), active=False)},
            {"open_search_id": UUID(int=8)},
            {"last_contact_at": NOW - DAY + SECOND},
            {"status": SubjectStatus.ENDED},
        ],
    )
    def test_no_rule_opens_one_once_contact_is_back(self, changes: dict[str, object]) -> None:
        (change,) = open_by_rule(facts(**changes), self.DUTY, now=NOW).effects
        assert isinstance(change, ChangeDuty)
        assert change.state is DutyState.CANCELLED

    def test_an_officer_opens_one_at_any_time(self) -> None:
        wanted = Wanted(uuid4(), "家属说联系不上", b"")
        decision = open_search(
            facts(alert=None, last_contact_at=NOW - HOUR, opening_id=self.DUTY), wanted, OFFICER, now=NOW
        )
        settled = decision.effects[-1]
        assert isinstance(settled, ChangeDuty)
        assert (settled.duty_id, settled.state, settled.actor) == (self.DUTY, DutyState.FULFILLED, OFFICER)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"open_search_id": UUID(int=8)}, "search_open"),
            ({"status": SubjectStatus.ENDED}, "already_ended"),
            ({"status": SubjectStatus.NOTICED}, "intake_not_overdue"),
            ({"status": SubjectStatus.NOTICED, "intake_due_at": NOW + SECOND}, "intake_not_overdue"),
        ],
    )
    def test_what_stands_against_one(self, changes: dict[str, object], code: str) -> None:
        with pytest.raises(Conflict, match=code):
            open_search(facts(**changes), Wanted(uuid4(), "", b""), OFFICER, now=NOW)

    def test_somebody_who_never_came_is_looked_for_from_the_end_of_the_time_to_come(self) -> None:
        found = facts(status=SubjectStatus.NOTICED, intake_due_at=NOW, judgment_id=UUID(int=6))
        decision = open_search(found, Wanted(uuid4(), "", b""), OFFICER, now=NOW)
        (search,) = [effect for effect in decision.effects if isinstance(effect, OpenSearch)]
        assert (search.kind, search.absent_since) == (SearchKind.MISSED_INTAKE, NOW)
        assert search.judgment_id == UUID(int=6)


def a_search(**changes: object) -> SearchFile:
    steps = {
        step: StepDuty(UUID(int=20 + n), DutyState.OPEN, NOW + 4 * HOUR) for n, step in enumerate(SearchStep, start=1)
    }
    found = SearchFile(UUID(int=4), SUBJECT, SearchKind.LOST_CONTACT, NOW - DAY, NOW, None, None, frozenset(), steps)
    return replace(found, **changes)  # type: ignore[arg-type]


def an_entry(kind: EntryKind, at: datetime = NOW, **changes: object) -> NewEntry:
    return replace(NewEntry(uuid4(), kind, at, "本人", "无人接听", b""), **changes)  # type: ignore[arg-type]


class TestTheRecord:
    @pytest.mark.parametrize(
        ("kind", "actor", "step"),
        [
            (EntryKind.CALL, AIDE, SearchStep.CALLS),
            (EntryKind.VISIT, OFFICER, SearchStep.VISIT),
            (EntryKind.PROCURATORATE_NOTICE, OFFICER, SearchStep.PROCURATORATE),
            (EntryKind.POLICE_NOTICE, COUNTY, SearchStep.POLICE),
            (EntryKind.POLICE_LATER, COUNTY, SearchStep.POLICE),
            (EntryKind.INFORMATION_CHECK, OFFICER, None),
            (EntryKind.INQUIRY, OFFICER, None),
        ],
    )
    def test_an_entry_settles_its_step(self, kind: EntryKind, actor: Actor, step: SearchStep | None) -> None:
        search = a_search()
        decision = add_entry(search, an_entry(kind), actor, now=NOW + HOUR)
        assert isinstance(decision.effects[0], WriteSearchEntry)
        changed = [effect.duty_id for effect in decision.effects if isinstance(effect, ChangeDuty)]
        assert changed == ([search.steps[step].id] if step else [])

    @pytest.mark.parametrize(
        ("at", "state"),
        [(NOW + 4 * HOUR - SECOND, DutyState.FULFILLED), (NOW + 4 * HOUR, DutyState.LATE)],
    )
    def test_in_time_or_late_by_when_it_happened(self, at: datetime, state: DutyState) -> None:
        decision = add_entry(a_search(), an_entry(EntryKind.CALL, at), OFFICER, now=NOW + DAY)
        (change,) = [effect for effect in decision.effects if isinstance(effect, ChangeDuty)]
        (over,) = [effect for effect in decision.effects if isinstance(effect, RecoverAlert)]
        assert (change.state, over.kind) == (state, AlertKind.HANDLING_OVERDUE)

    @pytest.mark.parametrize(
        ("kind", "actor", "code"),
        [
            (EntryKind.POLICE_NOTICE, OFFICER, "supervisor_decides"),
            (EntryKind.POLICE_LATER, OFFICER, "supervisor_decides"),
            (EntryKind.PROCURATORATE_NOTICE, AIDE, "not_allowed"),
        ],
    )
    def test_who_writes_to_other_organs(self, kind: EntryKind, actor: Actor, code: str) -> None:
        with pytest.raises(NotAllowed, match=code):
            add_entry(a_search(), an_entry(kind), actor, now=NOW)

    @pytest.mark.parametrize(
        ("at", "code"),
        [(NOW + SECOND, "entry_ahead"), (NOW - DAY - SECOND, "entry_before_absence")],
    )
    def test_times_that_no_entry_has(self, at: datetime, code: str) -> None:
        with pytest.raises(Refused, match=code):
            add_entry(a_search(), an_entry(EntryKind.CALL, at), OFFICER, now=NOW)

    def test_a_correction_is_of_the_same_kind(self) -> None:
        wrong = an_entry(EntryKind.CALL, corrects_id=uuid4(), corrects_kind=EntryKind.VISIT)
        with pytest.raises(Refused, match="corrects_another_kind"):
            add_entry(a_search(), wrong, OFFICER, now=NOW)

    def test_after_the_end_only_notices_and_corrections(self) -> None:
        ended = a_search(outcome=SearchOutcome.LOST_CONFIRMED)
        with pytest.raises(Conflict, match="search_ended"):
            add_entry(ended, an_entry(EntryKind.CALL), OFFICER, now=NOW)
        add_entry(ended, an_entry(EntryKind.PROCURATORATE_NOTICE), OFFICER, now=NOW)
        right = an_entry(EntryKind.CALL, corrects_id=uuid4(), corrects_kind=EntryKind.CALL)
        add_entry(ended, right, OFFICER, now=NOW)


LOOKED_FOR = frozenset({EntryKind.CALL, EntryKind.VISIT})


class TestTheEnd:
    def test_no_rule_confirms_anything(self) -> None:
        for outcome in SearchOutcome:
            with pytest.raises(NotAllowed):
                conclude(a_search(done=LOOKED_FOR), Conclusion(outcome, NOW, ""), JOB, now=NOW)

    @pytest.mark.parametrize("done", [frozenset(), {EntryKind.CALL}, {EntryKind.VISIT}])
    def test_nobody_is_called_lost_whom_nobody_looked_for(self, done: frozenset[EntryKind]) -> None:
        with pytest.raises(Conflict, match="search_record_thin"):
            conclude(
                a_search(done=frozenset(done)), Conclusion(SearchOutcome.LOST_CONFIRMED, None, ""), OFFICER, now=NOW
            )

    def test_the_lost_are_told_to_procuratorate_and_police_all_the_same(self) -> None:
        search = a_search(done=LOOKED_FOR)
        decision = conclude(search, Conclusion(SearchOutcome.LOST_CONFIRMED, None, "查无下落"), OFFICER, now=NOW)
        let_go = {effect.duty_id for effect in decision.effects if isinstance(effect, ChangeDuty)}
        assert let_go == {search.steps[SearchStep.CALLS].id, search.steps[SearchStep.VISIT].id}
        (end,) = [effect for effect in decision.effects if isinstance(effect, EndSearch)]
        assert (end.outcome, end.actor) == (SearchOutcome.LOST_CONFIRMED, OFFICER)

    def test_of_the_found_only_the_procuratorate_is_told(self) -> None:
        search = a_search()
        decision = conclude(search, Conclusion(SearchOutcome.FOUND_COMPLYING, NOW, ""), OFFICER, now=NOW)
        let_go = {effect.duty_id for effect in decision.effects if isinstance(effect, ChangeDuty)}
        assert search.steps[SearchStep.PROCURATORATE].id not in let_go
        assert len(let_go) == 3

    @pytest.mark.parametrize(
        ("outcome", "found_at", "code"),
        [
            (SearchOutcome.FOUND_REFUSING, None, "found_when"),
            (SearchOutcome.FOUND_COMPLYING, NOW + SECOND, "found_out_of_range"),
            (SearchOutcome.FOUND_COMPLYING, NOW - DAY - SECOND, "found_out_of_range"),
            (SearchOutcome.LOST_CONFIRMED, NOW, "not_found_has_no_time"),
        ],
    )
    def test_when_somebody_was_found(self, outcome: SearchOutcome, found_at: datetime | None, code: str) -> None:
        with pytest.raises(Refused, match=code):
            conclude(a_search(done=LOOKED_FOR), Conclusion(outcome, found_at, ""), OFFICER, now=NOW)

    def test_missed_intake_is_confirmed_with_its_judgment(self) -> None:
        search = a_search(kind=SearchKind.MISSED_INTAKE, done=LOOKED_FOR)
        for outcome in (SearchOutcome.LOST_CONFIRMED, SearchOutcome.MISSED_INTAKE_CONFIRMED):
            with pytest.raises(Conflict, match="confirm_by_judgment"):
                conclude(search, Conclusion(outcome, None, ""), OFFICER, now=NOW)

    def test_once_is_enough(self) -> None:
        ended = a_search(outcome=SearchOutcome.FOUND_COMPLYING)
        with pytest.raises(Conflict, match="search_ended"):
            conclude(ended, Conclusion(SearchOutcome.FOUND_COMPLYING, NOW, ""), OFFICER, now=NOW)


class TestAStepThatNobodyRecorded:
    def judged(self, step: SearchStep, state: DutyState = DutyState.MISSED) -> Decision:
        return Decision((ChangeDuty(a_search().steps[step].id, state, NOW, Reason("duty_missed"), JOB),))

    def state_of(self, decision: Decision) -> DutyState:
        (change,) = decision.effects
        assert isinstance(change, ChangeDuty)
        return change.state

    @pytest.mark.parametrize(
        ("step", "back", "state"),
        [
            (SearchStep.CALLS, False, DutyState.MISSED),
            (SearchStep.CALLS, True, DutyState.CANCELLED),
            (SearchStep.POLICE, True, DutyState.CANCELLED),
            (SearchStep.PROCURATORATE, True, DutyState.MISSED),
        ],
    )
    def test_is_missed_unless_contact_came_back(self, step: SearchStep, back: bool, state: DutyState) -> None:
        decision = excuse(self.judged(step), a_search(), contact_back=back, now=NOW)
        assert self.state_of(decision) is state

    def test_what_cannot_be_judged_stays_so(self) -> None:
        judged = self.judged(SearchStep.CALLS, DutyState.UNJUDGED)
        assert excuse(judged, a_search(), contact_back=True, now=NOW) == judged
