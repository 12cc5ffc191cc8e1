"""Attachments as officers send them."""

from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import Connection
from urllib3 import encode_multipart_formdata

from app.actions.keep_attachment import keep_attachment
from app.clients.attached_files import prepare
from app.clients.file_folder import FolderStore
from app.clients.sealed_files import SealedFiles
from app.rules.attachments import Kept, NewAttachment
from app.rules.facts import FilePurpose
from tests.builders.app import MONDAY, folder_of_tests, settings_for_tests
from tests.builders.photos import a_photo
from tests.builders.users import Worker

ATTACHMENTS = "/api/office/v1/attachments"
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def a_new_attachment(subject_id: UUID, purpose: FilePurpose = FilePurpose.PHOTO, **changes: Any) -> NewAttachment:
    given = {"id": uuid4(), "about_kind": "subject", "about_id": subject_id, **changes}
    return NewAttachment(subject_id=subject_id, purpose=purpose, **given)


def an_attachment(
    tx: Connection, files: SealedFiles, by: Worker, new: NewAttachment, sent: bytes | None = None, *, now: Any
) -> Kept:
    """One that is kept, content and row."""
    prepared = prepare(new.purpose, a_photo() if sent is None else sent)
    return keep_attachment(tx, by.actor, new, prepared, files.put(prepared.content), now=now)[0]


def a_paper(tx: Connection, by: Worker, subject_id: UUID, attachment_id: UUID) -> UUID:
    """A paper in somebody's file, its content in the folder of the tests."""
    files = SealedFiles(FolderStore(folder_of_tests()), settings_for_tests())
    new = a_new_attachment(subject_id, FilePurpose.DOCUMENT, id=attachment_id)
    return an_attachment(tx, files, by, new, PDF + attachment_id.bytes, now=MONDAY).id


def a_portrait(tx: Connection, by: Worker, subject_id: UUID, attachment_id: UUID) -> UUID:
    """A photo of somebody as such, its content in the folder of the tests."""
    files = SealedFiles(FolderStore(folder_of_tests()), settings_for_tests())
    return an_attachment(tx, files, by, a_new_attachment(subject_id, id=attachment_id), now=MONDAY).id


def attach(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, sent: bytes | None = None, **changes: Any
) -> Any:
    """What an officer sends, and the answer."""
    content: str | bytes = a_photo() if sent is None else sent
    given = {
        "id": uuid4(),
        "subject_id": subject_id,
        "about_kind": "subject",
        "about_id": subject_id,
        "purpose": "photo",
        **changes,
    }
    parts: dict[str, str | bytes | tuple[str, str | bytes]] = {name: str(value) for name, value in given.items()}
    body, form = encode_multipart_formdata({**parts, "file": ("photo.exe", content)})
    return client.post(ATTACHMENTS, data=body, content_type=form, headers=headers)
