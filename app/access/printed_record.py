"""The paper of a record, for the interface and the pages: that it is made is on record before it is made."""

from typing import NamedTuple
from uuid import UUID

from app.access.case_files import signatures
from app.actions.note_reading import note_reading
from app.clients import papers, pdf_papers
from app.deps import Deps
from app.queries.record_papers import written
from app.rules.facts import About, Actor
from app.rules.wording.record_papers import record_paper

MIMETYPES = {"pdf": pdf_papers.MIMETYPE, "docx": papers.MIMETYPE}


class Printed(NamedTuple):
    """A file, and how it is handed out."""

    content: bytes
    mimetype: str
    headers: dict[str, str]


def print_record(deps: Deps, actor: Actor, record_id: UUID, form: str) -> Printed:
    """The paper as docx or PDF (`form`), made anew each time and kept nowhere. Refusals are those of `written`."""
    now, about = deps.now(), About("record", record_id)
    with deps.transaction() as tx:
        subject_id, found = written(tx, actor, record_id)
        note_reading(tx, actor, "records.paper", subject_id, now=now, about=about, details={"form": form})
    paper = record_paper(found, now=now)
    pictures = signatures(deps, actor, record_id, [one.whose for one in paper.signatures if one.drawn])
    content = pdf_papers.render(paper, pictures) if form == "pdf" else papers.render_record(paper, pictures)
    return Printed(content, MIMETYPES[form], papers.named(f"record-{record_id.hex[:8]}.{form}"))
