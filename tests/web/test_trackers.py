"""Setting up a phone without our app, on a page: the sheet is shown once."""

import re
from uuid import uuid4

from sqlalchemy import Engine

from app.rules.facts import TrackerClient
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY
from tests.builders.trackers import Phone, a_location
from tests.builders.users import a_user
from tests.web.browsing import a_visitor


def test_the_sheet_is_shown_once_and_the_phone_is_taken_back(undone: Engine) -> None:
    clock = a_clock()
    app = make_test_app(undone, clock)
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id = a_supervised(tx, tree, officer, at=MONDAY - DAY)
    visitor, page, credential_id = a_visitor(app, officer), f"/subjects/{subject_id}/trackers", uuid4()
    form = {"id": str(credential_id), "client": "traccar", "datum": "wgs84", "csrf_token": visitor.token(page)}

    sheet = visitor.client.post(page, data=form)
    again = visitor.client.post(page, data=form)

    shown = sheet.get_data(as_text=True)
    found = re.search(r"/api/trackers/traccar/([a-z0-9]{32})<", shown)
    assert found is not None
    secret = found[1]
    assert (sheet.status_code, sheet.headers["Cache-Control"]) == (200, "no-store")
    assert "<svg" in shown
    assert again.status_code == 409
    assert secret not in again.get_data(as_text=True)
    assert secret not in visitor.get(page).get_data(as_text=True)

    phone = Phone(credential_id, TrackerClient.TRACCAR, f"zf-{credential_id.hex[:8]}", secret)
    http = app.test_client()
    assert phone.send(http, a_location(phone, clock.now())).status_code == 200
    assert "最近一次联系" in visitor.get(page).get_data(as_text=True)
    revoke = f"{page}/{credential_id}/revoke"
    assert visitor.client.post(revoke, data={**form, "reason": "换手机"}).status_code == 303
    assert phone.send(http, a_location(phone, clock.now())).status_code == 401
    assert "停用后手机还在发送" in visitor.get(page).get_data(as_text=True)
