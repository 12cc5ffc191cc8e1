"""When nobody was heard for too long, what that is put down to, and when it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.effects import MoveSilenceCheck, RaiseAlert, RecoverAlert
from app.rules.facts import About, AlertKind, Cause, Strength
from app.rules.policy import Policy, with_changes
from app.rules.silence import PhoneHealth, SilenceFacts, Span, judge_return, judge_silence
from app.rules.wording import sentence
from tests.rules.policies import shipped

SUBJECT, OFFICE, VERSION = UUID(int=1), UUID(int=2), UUID(int=3)
HEARD = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def policy(**changes: object) -> Policy:
    return with_changes(shipped("jiangshan"), changes) if changes else shipped("jiangshan")


FACTS = SilenceFacts(
    subject_id=SUBJECT,
    office_id=OFFICE,
    watched=True,
    registered_at=HEARD - 30 * DAY,
    last_heard_at=HEARD,
    counts_from=None,
    orders=(),
    away=(),
    health=PhoneHealth(),
    policy_version_id=VERSION,
    policy=policy(),
)


def raised(facts: SilenceFacts, now: datetime) -> RaiseAlert | None:
    """The alert of this moment; without one the next look must lie ahead, with one there must be none."""
    effects = judge_silence(facts, now=now).effects
    [move] = [effect for effect in effects if isinstance(effect, MoveSilenceCheck)]
    alerts = [effect for effect in effects if isinstance(effect, RaiseAlert)]
    assert len(effects) == 1 + 2 * len(alerts)
    if not alerts:
        assert move.check_at is not None
        assert move.check_at > now
        assert not move.silent
        return None
    assert (move.check_at, move.silent) == (None, True)
    [alert] = alerts
    return alert


def next_look(facts: SilenceFacts, now: datetime) -> datetime | None:
    move = judge_silence(facts, now=now).effects[-1]
    assert isinstance(move, MoveSilenceCheck)
    return move.check_at


class TestTheLimit:
    @pytest.mark.parametrize(
        ("facts", "reached_at"),
        [
            pytest.param(FACTS, HEARD + DAY, id="last heard and the general limit"),
            pytest.param(
                replace(FACTS, last_heard_at=None), HEARD - 29 * DAY, id="never heard: counted from registration"
            ),
            pytest.param(
                replace(FACTS, registered_at=HEARD + HOUR), HEARD + HOUR + DAY, id="heard before a new registration"
            ),
            pytest.param(
                replace(FACTS, counts_from=HEARD + 3 * DAY), HEARD + 4 * DAY, id="closed by a person: it counts anew"
            ),
            pytest.param(replace(FACTS, counts_from=HEARD - DAY), HEARD + DAY, id="heard after the closing"),
            pytest.param(
                replace(FACTS, orders=(Span(HEARD - DAY, HEARD + 30 * DAY),)),
                HEARD + 2 * HOUR,
                id="an order that had begun before: the short limit",
            ),
            pytest.param(
                replace(FACTS, orders=(Span(HEARD + 5 * HOUR, HEARD + 30 * DAY),)),
                HEARD + 7 * HOUR,
                id="an order that began during the silence: from its beginning on",
            ),
            pytest.param(
                replace(FACTS, orders=(Span(HEARD + 23 * HOUR, HEARD + 30 * DAY),)),
                HEARD + DAY,
                id="an order that will begin too late to matter",
            ),
            pytest.param(
                replace(FACTS, orders=(Span(HEARD - DAY, HEARD + 2 * HOUR),)),
                HEARD + DAY,
                id="an order that ends before its limit is reached",
            ),
            pytest.param(
                replace(FACTS, orders=(Span(HEARD - DAY, HEARD + HOUR), Span(HEARD + HOUR, HEARD + 9 * DAY))),
                HEARD + 2 * HOUR,
                id="an order and its extension: one time under order",
            ),
            pytest.param(
                replace(FACTS, orders=(Span(HEARD - DAY, HEARD + HOUR), Span(HEARD + 2 * HOUR, HEARD + 9 * DAY))),
                HEARD + 4 * HOUR,
                id="an order some time after another: each by itself",
            ),
            pytest.param(
                replace(FACTS, policy=policy(silence_h=0.5, poll_after_s=60)),
                HEARD + 30 * MINUTE,
                id="half an hour of limit in the demo's policy",
            ),
        ],
    )
    def test_one_second_before_at_and_after(self, facts: SilenceFacts, reached_at: datetime) -> None:
        assert raised(facts, reached_at - SECOND) is None
        assert next_look(facts, reached_at - SECOND) == reached_at
        for now in (reached_at, reached_at + SECOND, reached_at + 9 * DAY):
            alert = raised(facts, now)
            assert alert is not None
            assert (alert.event_at, alert.at) == (reached_at, now)

    def test_who_carries_no_smartphone_is_not_watched(self) -> None:
        facts = replace(FACTS, watched=False)

        assert judge_silence(facts, now=HEARD + 9 * DAY).effects == (MoveSilenceCheck(SUBJECT, None, silent=False),)


class TestTheServiceItselfAway:
    """The three answers: heard, silent, and no wonder since nobody could be heard."""

    @pytest.mark.parametrize(
        ("away", "reached_at"),
        [
            pytest.param((Span(HEARD + HOUR, HEARD + 4 * HOUR),), HEARD + 27 * HOUR, id="for three hours in between"),
            pytest.param((Span(HEARD - 9 * HOUR, HEARD),), HEARD + DAY, id="before the silence began"),
            pytest.param((Span(HEARD - HOUR, HEARD + HOUR),), HEARD + 25 * HOUR, id="from before it began"),
            pytest.param(
                (Span(HEARD + HOUR, HEARD + 3 * HOUR), Span(HEARD + 25 * HOUR, HEARD + 26 * HOUR)),
                HEARD + 27 * HOUR,
                id="twice, the second time within the time added by the first",
            ),
        ],
    )
    def test_time_away_does_not_count(self, away: tuple[Span, ...], reached_at: datetime) -> None:
        facts = replace(FACTS, away=away)
        late = reached_at + 3 * HOUR

        assert raised(facts, reached_at - SECOND) is None
        alert = raised(facts, late)
        assert alert is not None
        assert alert.event_at == reached_at

    def test_after_it_late_evidence_gets_its_time(self) -> None:
        facts = replace(FACTS, away=(Span(HEARD + 23 * HOUR, HEARD + 30 * HOUR),))
        waited_until = HEARD + 32 * HOUR

        assert next_look(facts, HEARD + 31 * HOUR) == waited_until
        alert = raised(facts, waited_until)
        assert alert is not None
        assert alert.event_at == HEARD + 31 * HOUR

    def test_while_it_is_away_still_nobody_is_called_silent(self) -> None:
        now = HEARD + 9 * DAY

        assert raised(replace(FACTS, away=(Span(HEARD + HOUR, now),)), now) is None

    def test_a_gap_after_the_limit_changes_nothing(self) -> None:
        facts = replace(FACTS, away=(Span(HEARD + 30 * HOUR, HEARD + 40 * HOUR),))

        alert = raised(facts, HEARD + 41 * HOUR)
        assert alert is not None
        assert alert.event_at == HEARD + DAY

    def test_the_short_limit_of_an_order_is_stretched_alike(self) -> None:
        facts = replace(
            FACTS,
            orders=(Span(HEARD - DAY, HEARD + 30 * DAY),),
            away=(Span(HEARD + HOUR, HEARD + 6 * HOUR),),
        )
        alert = raised(facts, HEARD + 9 * HOUR)
        assert alert is not None
        assert alert.event_at == HEARD + 7 * HOUR


class TestWhatTheAlertSays:
    @pytest.mark.parametrize(
        ("health", "cause", "strength", "why"),
        [
            (PhoneHealth(), Cause.UNSURE, Strength.MEDIUM, "silent"),
            (PhoneHealth(80, "always", False), Cause.UNSURE, Strength.MEDIUM, "silent"),
            (PhoneHealth(21), Cause.UNSURE, Strength.MEDIUM, "silent"),
            (PhoneHealth(20), Cause.PHONE, Strength.WEAK, "silent_battery_low"),
            (PhoneHealth(10), Cause.PHONE, Strength.MEDIUM, "silent_battery_low"),
            (PhoneHealth(80, "denied"), Cause.PHONE, Strength.WEAK, "silent_permission_lost"),
            (PhoneHealth(80, "services_off"), Cause.PHONE, Strength.WEAK, "silent_permission_lost"),
            (PhoneHealth(80, "while_in_use", True), Cause.PHONE, Strength.WEAK, "silent_battery_saver"),
        ],
    )
    def test_what_the_phone_said_of_itself_last_explains_it(
        self, health: PhoneHealth, cause: Cause, strength: Strength, why: str
    ) -> None:
        alert = raised(replace(FACTS, health=health), HEARD + DAY)

        assert alert is not None
        assert (alert.cause, alert.strength, alert.why.code) == (cause, strength, why)

    def test_it_is_about_the_subject_and_its_episode(self) -> None:
        alert = raised(FACTS, HEARD + DAY)

        assert alert is not None
        assert (alert.kind, alert.about, alert.source) == (
            AlertKind.LOST_CONTACT,
            About("subject", SUBJECT),
            About("silence", SUBJECT),
        )
        assert (alert.office_id, alert.policy_version_id, alert.rule_code) == (OFFICE, VERSION, "silence")

    def test_the_sentence_tells_when_the_phone_was_heard(self) -> None:
        alert = raised(FACTS, HEARD + DAY)

        assert alert is not None
        assert sentence(alert.why.code, dict(alert.why.params)) == (
            "手机 3月2日 09:00 之后没有任何联系,已超过 24 小时的时限。"
        )

    def test_who_was_never_heard_is_told_apart(self) -> None:
        alert = raised(replace(FACTS, last_heard_at=None, health=PhoneHealth(3)), HEARD)

        assert alert is not None
        assert (alert.cause, alert.why.code) == (Cause.UNSURE, "never_heard")
        assert sentence(alert.why.code, dict(alert.why.params)).startswith("1月31日 09:00 登记以来,手机从未联系过")


class TestTheReturn:
    def test_the_alert_recovers_when_the_phone_was_heard(self) -> None:
        back = HEARD + 40 * HOUR
        facts = replace(FACTS, last_heard_at=back + MINUTE)

        recovered, _, move = judge_return(facts, heard_again_at=back, now=back + 2 * MINUTE).effects

        assert isinstance(recovered, RecoverAlert)
        assert (recovered.kind, recovered.about) == (AlertKind.LOST_CONTACT, About("subject", SUBJECT))
        assert (recovered.recovered_at, recovered.at) == (back, back + 2 * MINUTE)
        assert move == MoveSilenceCheck(SUBJECT, back + MINUTE + DAY, silent=False)

    def test_who_is_not_watched_any_more_is_not_looked_at_again(self) -> None:
        facts = replace(FACTS, watched=False)

        move = judge_return(facts, heard_again_at=HEARD, now=HEARD).effects[-1]

        assert move == MoveSilenceCheck(SUBJECT, None, silent=False)
