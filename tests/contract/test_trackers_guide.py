"""The guide for phones without our app is true: its requests get the answers it shows, and leave what it says."""

from uuid import UUID

from sqlalchemy import Engine, text

from app.rules.facts import TrackerClient
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY, a_power, stored
from tests.builders.trackers import a_tracker
from tests.builders.users import a_user
from tests.contract.guide import TRACKERS_GUIDE, differences, exchanges
from tests.contract.test_guide import ask


def test_every_exchange_of_the_trackers_guide(undone: Engine) -> None:
    app = make_test_app(undone, TestClock(MONDAY))
    people: list[UUID] = []
    known: dict[str, str] = {}
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        for client in TrackerClient:
            person = a_supervised(tx, tree, officer, at=MONDAY - DAY)
            a_power(tx, person, MONDAY - DAY, MONDAY + DAY, kind="order")
            phone = a_tracker(tx, officer, person, client, now=MONDAY - DAY)
            known |= {f"{client}_name": phone.name, f"{client}_secret": phone.secret}
            known[f"{client}_basic"] = phone.basic["Authorization"]
            people.append(person)
    shown = exchanges(TRACKERS_GUIDE)
    with app.test_client() as http:
        for exchange in shown:
            answer = ask(http, exchange, known)
            assert answer.status_code == exchange.status, str(exchange)
            told = answer.get_json(silent=True)
            assert list(differences(exchange.answer, told)) == [], str(exchange)

    assert len(shown) == 7
    with transaction(undone) as tx:
        assert [len(stored(tx, person)) for person in people] == [1, 2]
        assert tx.execute(text("SELECT reason FROM poison")).scalars().all() == ["no_place"]
        saver = tx.execute(text("SELECT battery_saver FROM device_health WHERE battery_saver IS NOT NULL")).scalars()
        assert saver.all() == [True]
