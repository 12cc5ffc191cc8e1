"""How values read inside sentences."""

from datetime import UTC, date, datetime

import pytest

from app.rules.facts import (
    AlertKind,
    Cause,
    CloseReason,
    Condition,
    Handling,
    LadderStep,
    Strength,
)
from app.rules.wording import SENTENCES, alerts, sentence
from app.rules.wording.values import shown


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (datetime(2026, 3, 2, 0, 5, tzinfo=UTC), "3月2日 08:05"),
        ("2026-03-02T08:05+08:00", "3月2日 08:05"),
        ("2026-03-01T16:00:00+00:00", "3月2日 00:00"),
        ("2026-03-01T23:59:59.999999Z", "3月2日 07:59"),
        (date(2026, 12, 31), "12月31日"),
        ("2026-02-28", "2月28日"),
        ("2026-02-30", "2026-02-30"),
        ("2026-03-02T08:05", "2026-03-02T08:05"),
        ("2026-0001-3344", "2026-0001-3344"),
        ("24:00", "24:00"),
        ("", ""),
        ("missed_check_in", "missed_check_in"),
        (3, 3),
    ],
)
def test_how_a_value_reads(value: object, read: object) -> None:
    assert shown({"at": value}) == {"at": read}


@pytest.mark.parametrize(("hours", "read"), [("24", "24 小时"), ("1", "1 小时"), ("0.1", "6 分钟")])
def test_less_than_an_hour_reads_in_minutes(hours: str, read: str) -> None:
    assert shown({"hours": hours}) == {"hours": read}


def test_codes_read_by_the_name_of_their_placeholder() -> None:
    assert shown({"kind": "lost_contact", "step": "county", "other": "county"}) == {
        "kind": "失去联系",
        "step": "县级社区矫正机构",
        "other": "county",
    }


def test_a_notice_of_an_alert_reads_as_a_sentence() -> None:
    params = {"subject": "王某某", "kind": "missed_check_in", "n": "2", "step": "office"}
    assert sentence("alert_again", params) == "王某某:未收到签到,这是第 2 次,请查看情况并处理。"


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (alerts.KINDS, AlertKind),
        (alerts.STEPS, LadderStep),
        (alerts.CAUSES, Cause),
        (alerts.STRENGTHS, Strength),
        (alerts.CONDITIONS, Condition),
        (alerts.HANDLINGS, Handling),
        (alerts.CLOSE_REASONS, CloseReason),
    ],
)
def test_every_code_has_a_name(names: dict[str, str], codes: type) -> None:
    assert set(names) == {code.value for code in codes}  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_sentence_can_be_filled(code: str) -> None:
    assert sentence(code, {})
