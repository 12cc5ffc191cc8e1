"""Drafts as phones send them: their files, their signatures, what changed meanwhile on either side."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

from pypdf import PdfReader
from sqlalchemy import Engine, text

from app.store.session import transaction
from tests.builders.app import MONDAY, folder_of_tests
from tests.builders.offices import a_policy, shipped_policy
from tests.builders.record_papers import a_signature
from tests.web.browsing import Visitor
from tests.web.office import Office, a_visit_due
from tests.web.typed_records import JSON, typed

HOUR = timedelta(hours=1)


def send(visitor: Visitor, person: UUID, record_id: str, purpose: str, bend: int = 30) -> tuple[str, int]:
    """One file of a draft as the phone sends it: its id, and the answer."""
    file_id = str(uuid4())
    sent = {"id": file_id, "record_id": record_id, "purpose": purpose, "file": (BytesIO(a_signature(bend)), "s.png")}
    return file_id, visitor.post(f"/subjects/{person}/record/files", sent, headers=JSON).status_code


def images_of(visitor: Visitor, record_id: str) -> int:
    pdf = visitor.get(f"/records/{record_id}/paper?form=pdf")
    return sum(len(page.images) for page in PdfReader(BytesIO(pdf.data)).pages)


def test_what_was_taken_out_of_a_draft_goes_with_its_reason(undone: Engine, person: UUID, visitor: Visitor) -> None:
    form = typed()
    (stays, _), (goes, _) = (send(visitor, person, form["id"], "photo", bend) for bend in (30, 60))
    visitor.post(f"/subjects/{person}/record", form | {"files": stays}, headers=JSON)
    with transaction(undone) as tx:
        rows = tx.execute(text("SELECT id, deleted_by, delete_reason FROM attachments WHERE deleted_at IS NOT NULL"))
        assert [(str(row.id), row.deleted_by is None, row.delete_reason) for row in rows] == [(goes, False, "left_out")]
        acts = tx.execute(text("SELECT object_id, reason FROM audit WHERE action = 'attachments.delete'")).all()
        assert [(str(act.object_id), act.reason) for act in acts] == [(goes, "保存记录以前已经去掉")]
    assert visitor.get(f"/attachments/{goes}").status_code == 404
    assert visitor.get(f"/attachments/{stays}").status_code == 200


def test_a_sender_who_names_no_files_keeps_them_all(undone: Engine, person: UUID, visitor: Visitor) -> None:
    form = typed()
    send(visitor, person, form["id"], "photo")
    visitor.post(f"/subjects/{person}/record", form)
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT count(*) FROM attachments WHERE deleted_at IS NULL")).scalar_one() == 1


def test_nobody_signs_anew_what_is_written(person: UUID, visitor: Visitor) -> None:
    form = typed(signed_subject="on_screen", why_not_signed="", signed_officer="on_paper")
    visitor.post(f"/subjects/{person}/record", form)
    assert send(visitor, person, form["id"], "signature_officer")[1] == 409  # signed on paper: a photo of it is added
    assert send(visitor, person, form["id"], "signature_subject")[1] == 200
    assert send(visitor, person, form["id"], "signature_subject", 90)[1] == 409
    assert images_of(visitor, form["id"]) == 1


def test_who_did_not_sign_has_no_signature_on_the_paper(person: UUID, visitor: Visitor) -> None:
    form = typed(signed_officer="on_screen")  # the subject signed and then would not
    for whose in ("subject", "officer"):
        send(visitor, person, form["id"], f"signature_{whose}")
    visitor.post(f"/subjects/{person}/record", form)
    assert images_of(visitor, form["id"]) == 1


def test_a_paper_is_printed_without_a_signature_that_the_store_has_lost(person: UUID, visitor: Visitor) -> None:
    form = typed(signed_officer="on_screen")
    send(visitor, person, form["id"], "signature_officer")
    visitor.post(f"/subjects/{person}/record", form)
    for path in folder_of_tests().rglob("*"):
        if path.is_file():
            path.unlink()
    assert images_of(visitor, form["id"]) == 0


def test_a_draft_that_was_changed_after_it_arrived_is_told_where_it_is(person: UUID, visitor: Visitor) -> None:
    form = typed()
    visitor.post(f"/subjects/{person}/record", form, headers=JSON)
    again = visitor.post(f"/subjects/{person}/record", form | {"note": "后来又改过"}, headers=JSON)
    assert (again.status_code, again.get_json()["code"]) == (409, "id_reused")
    assert "写成补充" in again.get_json()["fault"]


def test_what_a_record_proves_and_its_device_are_known_at_once(person: UUID, visitor: Visitor) -> None:
    form, phone = typed(), {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126.0"}
    visitor.post(f"/subjects/{person}/record", form, headers=phone)
    shown = visitor.text(f"/records/{form['id']}")
    assert ("由系统按证据比对" in shown, "Chrome, Android" in shown) == (True, True)


def test_an_item_that_the_rule_has_no_more_is_offered_while_a_duty_waits_for_it(
    undone: Engine, office: Office, person: UUID, visitor: Visitor
) -> None:
    with transaction(undone) as tx:
        duty = a_visit_due(tx, office, person)
        rest = {code: item for code, item in shipped_policy().items.items() if code != "访1"}
        later = replace(shipped_policy(), items=rest)
        a_policy(tx, office.tree.province, later, from_at=MONDAY - HOUR)
    shown = visitor.text(f"/subjects/{person}/record?duty={duty}")
    assert ('value="访1" checked' in shown, "将完成期限为" in shown) == (True, True)
    visitor.post(f"/subjects/{person}/record", typed())
    with transaction(undone) as tx:
        state = tx.execute(text("SELECT state FROM duties WHERE id = :id"), {"id": duty}).scalar_one()
    assert state == "fulfilled"
    assert 'value="访1"' not in visitor.text(f"/subjects/{person}/record")
    late = typed(happened_at="2026-03-02T07:30", ended_at="")  # before the rule changed: kept, as an extra one
    assert visitor.post(f"/subjects/{person}/record", late).status_code == 303
    assert visitor.post(f"/subjects/{person}/record", typed()).status_code == 422
