import pytest
from sqlalchemy import Connection, text

from app.actions.reveal_identity import reveal_identity
from app.rules.errors import Conflict, NotFound
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import a_user

NUMBER = an_id_number()
SETTINGS = settings_for_tests()


def test_the_number_is_shown_and_each_time_recorded_with_the_reason(tx: Connection) -> None:
    officer = a_user(tx, a_tree(tx).office)
    subject = a_subject(tx, officer, id_number=NUMBER)
    for reason in ("核对法律文书", "办理手续"):
        assert reveal_identity(tx, officer.actor, subject.id, reason, SETTINGS, now=MONDAY) == NUMBER
    acts = tx.execute(
        text(
            "SELECT actor_id, subject_id, reason, details::text FROM audit WHERE action = 'identity.reveal' ORDER BY id"
        )
    ).all()
    assert [tuple(act) for act in acts] == [
        (officer.id, subject.id, "核对法律文书", "{}"),
        (officer.id, subject.id, "办理手续", "{}"),
    ]


def test_without_a_number_there_is_nothing_to_show(tx: Connection) -> None:
    officer = a_user(tx, a_tree(tx).office)
    subject = a_subject(tx, officer)
    with pytest.raises(Conflict) as conflict:
        reveal_identity(tx, officer.actor, subject.id, "核对", SETTINGS, now=MONDAY)
    assert conflict.value.code == "no_id_number"


def test_out_of_reach_nothing_is_shown_nor_recorded(tx: Connection) -> None:
    tree = a_tree(tx)
    subject = a_subject(tx, a_user(tx, tree.office), id_number=NUMBER)
    stranger = a_user(tx, tree.other_office)
    with pytest.raises(NotFound):
        reveal_identity(tx, stranger.actor, subject.id, "核对", SETTINGS, now=MONDAY)
    assert tx.execute(text("SELECT count(*) FROM audit WHERE action = 'identity.reveal'")).scalar_one() == 0
