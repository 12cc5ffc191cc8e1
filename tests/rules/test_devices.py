from uuid import UUID, uuid4

import pytest

from app.rules.devices import PhoneFacts, must_be_bound_first
from app.rules.errors import Conflict, NotAllowed
from app.rules.facts import Channel, SubjectStatus

SUBJECT, OTHER, PHONE, OLD = uuid4(), uuid4(), uuid4(), uuid4()


def facts(bound: UUID | None, holder: UUID | None, status: SubjectStatus = SubjectStatus.IN_CORRECTION) -> PhoneFacts:
    return PhoneFacts(SUBJECT, PHONE, status, Channel.SMARTPHONE, bound=bound, holder=holder)


def test_the_first_phone_is_bound() -> None:
    assert must_be_bound_first(facts(None, None))


def test_the_bound_phone_is_not_bound_again() -> None:
    assert not must_be_bound_first(facts(PHONE, SUBJECT))


@pytest.mark.parametrize(("bound", "holder"), [(OLD, None), (OLD, OTHER), (None, OTHER)])
def test_another_phone_waits_for_an_officer(bound: UUID | None, holder: UUID | None) -> None:
    with pytest.raises(Conflict, match="device_not_bound"):
        must_be_bound_first(facts(bound, holder))


@pytest.mark.parametrize("status", [SubjectStatus.NOTICED, SubjectStatus.ENDED])
def test_before_and_after_correction_nobody_logs_in(status: SubjectStatus) -> None:
    with pytest.raises(NotAllowed, match="wrong_login"):
        must_be_bound_first(facts(None, None, status))
