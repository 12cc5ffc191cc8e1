"""Drafts of the policy: who may do what when, one step before and after."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.rules.errors import ZhifangError
from app.rules.facts import Actor
from app.rules.policy_drafts import (
    DraftFacts,
    DraftState,
    check_approval,
    check_decision,
    check_submission,
    check_withdrawal,
    check_writable,
    takes_effect_at,
)
from tests.builders.app import MONDAY

WRITER, HEAD = Actor("user", UUID(int=1)), Actor("user", UUID(int=2))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
VERSION, NEWER = UUID(int=7), UUID(int=8)
DRAFT = DraftFacts(
    id=UUID(int=3),
    office_id=UUID(int=4),
    base_version_id=VERSION,
    state=DraftState.DRAFT,
    revision=5,
    content_hash="new",
    effective_from=None,
    hands=frozenset({UUID(int=1)}),
    replaces_id=VERSION,
    replaces_hash="old",
)
SUBMITTED = replace(DRAFT, state=DraftState.SUBMITTED)


def refused(call: object, *arguments: object, **named: object) -> str | None:
    assert callable(call)
    try:
        call(*arguments, **named)
    except ZhifangError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (DraftState.DRAFT, None),
        (DraftState.RETURNED, None),
        (DraftState.SUBMITTED, "draft_submitted"),
        (DraftState.APPROVED, "draft_over"),
        (DraftState.WITHDRAWN, "draft_over"),
    ],
)
def test_what_is_handed_in_or_over_is_not_written_in(state: DraftState, code: str | None) -> None:
    assert refused(check_writable, replace(DRAFT, state=state), 5) == code
    over = None if code == "draft_submitted" else code
    assert refused(check_withdrawal, replace(DRAFT, state=state), 5) == over


@pytest.mark.parametrize("revision", [4, 6])
def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(revision: int) -> None:
    assert refused(check_writable, DRAFT, revision) == "draft_changed"
    assert refused(check_withdrawal, DRAFT, revision) == "draft_changed"
    assert refused(check_submission, DRAFT, revision, None, now=MONDAY) == "draft_changed"
    assert refused(check_decision, SUBMITTED, revision, HEAD) == "draft_changed"


@pytest.mark.parametrize(
    ("from_at", "code"),
    [(None, None), (MONDAY - 60 * SECOND, None), (MONDAY - 61 * SECOND, "policy_in_past"), (MONDAY + DAY, None)],
)
def test_the_past_is_not_rewritten(from_at: object, code: str | None) -> None:
    assert refused(check_submission, DRAFT, 5, from_at, now=MONDAY) == code


def test_a_draft_that_changes_nothing_is_not_handed_in() -> None:
    assert refused(check_submission, replace(DRAFT, content_hash="old"), 5, None, now=MONDAY) == "policy_unchanged"


def test_only_somebody_who_had_no_hand_in_it_decides() -> None:
    assert check_decision(SUBMITTED, 5, HEAD) == HEAD.id
    assert refused(check_decision, SUBMITTED, 5, WRITER) == "second_person_needed"
    assert refused(check_decision, SUBMITTED, 5, Actor("job", None)) == "second_person_needed"
    assert refused(check_decision, DRAFT, 5, HEAD) == "draft_not_submitted"


def test_what_another_version_overtook_is_handed_in_anew() -> None:
    assert check_approval(SUBMITTED, 5, HEAD) == HEAD.id
    overtaken = replace(SUBMITTED, replaces_id=NEWER)
    assert refused(check_approval, overtaken, 5, HEAD) == "draft_base_changed"
    assert refused(check_decision, overtaken, 5, HEAD) is None, "it may still go back"


@pytest.mark.parametrize(("wanted", "from_at"), [(None, MONDAY), (MONDAY - DAY, MONDAY), (MONDAY + DAY, MONDAY + DAY)])
def test_it_holds_from_the_date_asked_for_and_never_before_it_is_approved(wanted: object, from_at: object) -> None:
    assert takes_effect_at(replace(DRAFT, effective_from=wanted), now=MONDAY) == from_at  # type: ignore[arg-type]
