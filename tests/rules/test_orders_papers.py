"""When an order asks for its renewal, by when its notice is served, and what settles both."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.rules.effects import ChangeDuty, Decision, MoveSilenceCheck, Notify, PlanDuty, RaiseAlert, RecoverAlert
from app.rules.effects.orders_searches import AnswerLiftRequests, NoticeOutcome, NoticeWay
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import (
    JOB,
    Actor,
    AlertKind,
    DutyKind,
    DutyState,
    Grant,
    Ground,
    Reason,
    Role,
    SubjectStatus,
)
from app.rules.orders import (
    AskedLift,
    Assessed,
    NewOrder,
    OpenRequest,
    OrderFacts,
    OrderFile,
    OwedDuty,
    Previous,
    RenewalFacts,
    Served,
    Term,
    ask_lift,
    ask_renewal,
    asked_at,
    assess,
    at_the_end,
    check_order,
    lift,
    make,
    refuse_lift,
    serve,
)
from app.rules.orders.making import notice_due
from tests.rules.policies import shipped

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
POLICY = shipped("jiangshan")
SUBJECT, OFFICE, HEAD = UUID(int=1), UUID(int=2), UUID(int=3)
OFFICER = Actor("user", UUID(int=9), (Grant(Role.OFFICER, OFFICE, "33"),))
PERSON = Actor("subject", SUBJECT)


def shanghai(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC) - 8 * HOUR


NOW = shanghai(2026, 3, 2, 9)


@pytest.mark.parametrize(
    ("name", "term", "at"),
    [
        ("within a month", (shanghai(2026, 3, 2), shanghai(2026, 3, 30)), shanghai(2026, 3, 16)),
        ("across a month's end", (shanghai(2026, 3, 2, 9), shanghai(2026, 6, 2, 9)), shanghai(2026, 5, 19, 9)),
        ("across the end of February", (shanghai(2026, 1, 5), shanghai(2026, 3, 5)), shanghai(2026, 2, 19)),
        ("across 29 February", (shanghai(2028, 1, 5), shanghai(2028, 3, 5)), shanghai(2028, 2, 20)),
        ("on 29 February", (shanghai(2028, 1, 14), shanghai(2028, 3, 14)), shanghai(2028, 2, 29)),
        ("across the year's end", (shanghai(2026, 11, 1), shanghai(2027, 1, 10)), shanghai(2026, 12, 27)),
        ("fifteen days long", (shanghai(2026, 3, 1), shanghai(2026, 3, 16)), shanghai(2026, 3, 2)),
        ("fourteen days long: midway", (shanghai(2026, 3, 1), shanghai(2026, 3, 15)), shanghai(2026, 3, 8)),
    ],
)
def test_when_an_order_asks_for_its_renewal(name: str, term: tuple[datetime, datetime], at: datetime) -> None:
    assert asked_at(Term(*term), POLICY.orders.renewal_days) == at


@pytest.mark.parametrize(
    ("name", "now", "from_at", "until", "due"),
    [
        ("three days after it was made", (3, 2, 9), (3, 2, 9), (6, 2, 9), (3, 5, 18)),
        ("after its beginning where that is later", (3, 2, 9), (3, 30, 9), (6, 2, 9), (4, 2, 18)),
        ("over the end of February", (2, 27, 9), (2, 27, 9), (5, 2, 9), (3, 2, 18)),
        ("never after the order itself", (3, 2, 9), (3, 2, 9), (3, 3, 9), (3, 3, 9)),
    ],
)
def test_by_when_the_notice_is_served(
    name: str, now: tuple[int, ...], from_at: tuple[int, ...], until: tuple[int, ...], due: tuple[int, ...]
) -> None:
    term = Term(shanghai(2026, *from_at), shanghai(2026, *until))
    assert notice_due(term, POLICY.orders.serve_days, now=shanghai(2026, *now)) == shanghai(2026, *due)


def test_an_evening_without_days_leaves_two_hours() -> None:
    evening = shanghai(2026, 3, 2, 20)
    assert notice_due(Term(evening, evening + 30 * DAY), 0, now=evening) == evening + 2 * HOUR


TERM = Term(NOW, NOW + 30 * DAY)
ORDER = NewOrder(UUID(int=5), SUBJECT, OFFICE, Ground.BROKE_PROHIBITION, TERM, NOW + DAY)


class TestMaking:
    def test_it_plans_two_duties_tells_its_subject_and_shortens_the_silence(self) -> None:
        decision = make(ORDER, None, POLICY, uuid4(), OFFICER, now=NOW)
        plans = {effect.kind: effect for effect in decision.effects if isinstance(effect, PlanDuty)}
        assert plans.keys() == {DutyKind.ORDER_NOTICE, DutyKind.ORDER_RENEWAL}
        assert plans[DutyKind.ORDER_RENEWAL].opens_at == NOW + 16 * DAY
        assert not [plan for plan in plans.values() if plan.covered_until is not None]
        (told,) = [effect for effect in decision.effects if isinstance(effect, Notify)]
        assert (told.recipient_kind, told.recipient_id) == ("subject", SUBJECT)
        (look,) = [effect for effect in decision.effects if isinstance(effect, MoveSilenceCheck)]
        assert look.check_at == NOW + 2 * HOUR

    @pytest.mark.parametrize(
        ("now", "state"), [(NOW + 30 * DAY - SECOND, DutyState.FULFILLED), (NOW + 30 * DAY, DutyState.LATE)]
    )
    def test_an_extension_settles_the_order_before(self, now: datetime, state: DutyState) -> None:
        renewal = OwedDuty(UUID(int=8), DutyState.OPEN, NOW + 30 * DAY)
        extension = replace(ORDER, id=UUID(int=6), term=Term(NOW + 30 * DAY, NOW + 60 * DAY))
        decision = make(extension, Previous(ORDER.id, True, renewal), POLICY, uuid4(), OFFICER, now=now)
        settled = [e for e in decision.effects if isinstance(e, ChangeDuty) and e.duty_id == renewal.id]
        (over,) = [effect for effect in decision.effects if isinstance(effect, RecoverAlert)]
        assert [change.state for change in settled] == [state]
        assert (over.kind, over.about.id) == (AlertKind.ORDER_EXPIRING, ORDER.id)

    @pytest.mark.parametrize(("assessed", "code"), [(None, "order_not_assessed"), (False, "order_assessed_unneeded")])
    def test_no_extension_without_an_assessment_that_it_is_needed(self, assessed: bool | None, code: str) -> None:
        found = OrderFacts(SubjectStatus.IN_CORRECTION, overlaps=False, previous=Previous(ORDER.id, assessed))
        with pytest.raises(Conflict, match=code):
            check_order(found, TERM, now=NOW)
        check_order(replace(found, previous=Previous(ORDER.id, True)), TERM, ORDER.id, now=NOW)

    def test_an_extension_names_the_order_that_it_extends(self) -> None:
        for previous in (None, Previous(UUID(int=77), True)):
            found = OrderFacts(SubjectStatus.IN_CORRECTION, overlaps=False, previous=previous)
            with pytest.raises(Refused, match="extension_not_adjacent"):
                check_order(found, TERM, ORDER.id, now=NOW)


RENEWAL = RenewalFacts(UUID(int=8), ORDER.id, SUBJECT, OFFICE, TERM.until, None, (HEAD,), UUID(int=4))


class TestTheEnd:
    def test_office_and_heads_are_told_once(self) -> None:
        decision = ask_renewal(RENEWAL, NOW + 16 * DAY, now=NOW + 16 * DAY)
        (alert,) = [effect for effect in decision.effects if isinstance(effect, RaiseAlert)]
        assert (alert.kind, alert.about.kind, alert.about.id) == (AlertKind.ORDER_EXPIRING, "order", ORDER.id)
        assert alert.event_at == NOW + 16 * DAY
        told = [effect.recipient_id for effect in decision.effects if isinstance(effect, Notify)]
        assert told == [HEAD]

    @pytest.mark.parametrize(
        ("assessed", "judged", "state"),
        [
            (None, DutyState.MISSED, DutyState.MISSED),
            (True, DutyState.MISSED, DutyState.MISSED),
            (False, DutyState.MISSED, DutyState.FULFILLED),
            (None, DutyState.UNJUDGED, DutyState.UNJUDGED),
        ],
    )
    def test_three_answers_to_whether_anybody_assessed_it(
        self, assessed: bool | None, judged: DutyState, state: DutyState
    ) -> None:
        change = ChangeDuty(RENEWAL.duty_id, judged, TERM.until, Reason("duty_missed"), JOB)
        decision = at_the_end(Decision((change,)), replace(RENEWAL, assessed=assessed), now=TERM.until)
        found, over = decision.effects
        assert isinstance(found, ChangeDuty)
        assert found.state is state
        assert isinstance(over, RecoverAlert)
        assert over.recovered_at == TERM.until


def a_file(**changes: object) -> OrderFile:
    found = OrderFile(
        id=ORDER.id,
        subject_id=SUBJECT,
        created_at=NOW,
        term=TERM,
        lifted_at=None,
        notice=OwedDuty(UUID(int=7), DutyState.OPEN, NOW + 3 * DAY),
        renewal=OwedDuty(UUID(int=8), DutyState.PLANNED, TERM.until),
        requests=(),
        heads=(HEAD,),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def a_serving(at: datetime, outcome: NoticeOutcome = NoticeOutcome.SIGNED, note: str = "") -> Served:
    return Served(uuid4(), at, NoticeWay.IN_PERSON, outcome, note, b"")


class TestServing:
    @pytest.mark.parametrize(
        ("at", "state"),
        [(NOW + 3 * DAY - SECOND, DutyState.FULFILLED), (NOW + 3 * DAY, DutyState.LATE)],
    )
    def test_in_time_or_late(self, at: datetime, state: DutyState) -> None:
        decision = serve(a_file(), a_serving(at), OFFICER, now=NOW + 10 * DAY)
        (change,) = [effect for effect in decision.effects if isinstance(effect, ChangeDuty)]
        assert change.state is state

    @pytest.mark.parametrize(
        ("served", "code"),
        [
            (a_serving(NOW + 2 * SECOND), "served_ahead"),
            (a_serving(NOW - HOUR - SECOND), "served_before_order"),
            (a_serving(NOW, NoticeOutcome.REFUSED, "  "), "refusal_not_described"),
        ],
    )
    def test_what_is_refused(self, served: Served, code: str) -> None:
        with pytest.raises(Refused, match=code):
            serve(a_file(), served, OFFICER, now=NOW + SECOND)

    def test_nobody_serves_for_themselves(self) -> None:
        with pytest.raises(NotAllowed):
            serve(a_file(), a_serving(NOW), PERSON, now=NOW)


class TestAskingForAnEnd:
    def test_the_person_and_an_officer_may_ask_and_the_heads_are_told(self) -> None:
        for actor in (PERSON, OFFICER):
            decision = ask_lift(a_file(), AskedLift(uuid4(), "", b""), actor, now=NOW)
            assert [e.recipient_id for e in decision.effects if isinstance(e, Notify)] == [HEAD]

    def test_once_until_it_is_answered(self) -> None:
        asked = a_file(requests=(OpenRequest(uuid4(), SUBJECT, by_subject=True),))
        with pytest.raises(Conflict, match="lift_asked_already"):
            ask_lift(asked, AskedLift(uuid4(), "", b""), PERSON, now=NOW)

    @pytest.mark.parametrize("changes", [{"term": None}, {"lifted_at": NOW}, {"term": Term(NOW - DAY, NOW)}])
    def test_nothing_is_asked_of_an_order_that_is_over(self, changes: dict[str, object]) -> None:
        with pytest.raises(Conflict, match="order_ended"):
            ask_lift(a_file(**changes), AskedLift(uuid4(), "", b""), PERSON, now=NOW)
        with pytest.raises(Conflict, match="order_ended"):
            assess(a_file(**changes), Assessed(uuid4(), True, "", b""), OFFICER, now=NOW)

    def test_a_refusal_is_told_to_the_person_who_asked(self) -> None:
        request = OpenRequest(uuid4(), SUBJECT, by_subject=True)
        decision = refuse_lift(a_file(requests=(request,)), request.id, "仍有必要", OFFICER, now=NOW)
        assert [e.recipient_id for e in decision.effects if isinstance(e, Notify)] == [SUBJECT]
        with pytest.raises(Conflict, match="lift_answered"):
            refuse_lift(a_file(), request.id, "", OFFICER, now=NOW)

    @pytest.mark.parametrize(
        ("renewal", "state"), [(DutyState.PLANNED, DutyState.CANCELLED), (DutyState.OPEN, DutyState.FULFILLED)]
    )
    def test_lifting_settles_everything(self, renewal: DutyState, state: DutyState) -> None:
        order = a_file(renewal=OwedDuty(UUID(int=8), renewal, TERM.until))
        decision = lift(order, NOW, "不再需要", 0, OFFICER, now=NOW)
        changed = {e.duty_id: e.state for e in decision.effects if isinstance(e, ChangeDuty)}
        assert changed == {UUID(int=8): state, UUID(int=7): DutyState.CANCELLED}
        assert [e.granted for e in decision.effects if isinstance(e, AnswerLiftRequests)] == [True]
