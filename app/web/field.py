"""Records where there is no network: one page that a browser keeps, without anybody's data, and what is taken along.

The page and its worker are the same for everybody and open to everybody; who is logged in, and the people of the coming
days, are asked for by script and answered to officers alone.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from flask import Response, make_response, render_template, url_for
from flask_wtf.csrf import generate_csrf

from app.actions.note_reading import note_reading
from app.queries.record_form import MOST_TAKEN, FormItem, RecordForm, due_soon, forms
from app.rules.calendar import end_of_day, last_day_before, legal_day
from app.rules.wording.visits import EVIDENCE
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.drawing import answer_json
from app.web.guard import open_page, page
from app.web.record_form import PLACE_ALLOWED, form_words, talker
from app.web.static_files import static_file

FILES = (
    *("style.css", "icon.svg", "vendor/htmx.min.js", "net.js", "drafts.js"),
    *("record-keep.js", "record-send.js", "record-photos.js", "record-form.js", "field.js"),
)
"""What the page is made of, and nothing else is kept by the worker."""

AHEAD = timedelta(days=7)


@PAGES.get("/field/")
@open_page
def field() -> Response:
    """The page, the same for everybody."""
    words = {**form_words(), "most_taken": MOST_TAKEN}
    shown = render_template("field.html", form=None, typed={}, chosen=(), kind=None, local_now="", **words)
    answer = make_response(shown)
    answer.headers["Permissions-Policy"] = PLACE_ALLOWED
    return answer


@PAGES.get("/field/worker.js")
@open_page
def field_worker() -> Response:
    """The worker; a new one whenever a file of the page has changed."""
    files = [static_file(name) for name in FILES]
    shown = field().get_data()
    version = sha256(repr(files).encode() + shown).hexdigest()[:12]
    script = render_template("field_worker.js", version=version, page=url_for("pages.field"), files=files)
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-store"})


@PAGES.get("/field/who")
@page("self.read")
def field_who() -> Response:
    """Who is logged in, and the token of the forms. Whoever writes no records is told, too: the drafts of whoever was
    logged in on this phone before are none of theirs.
    """
    user_id = user().id
    return answer_json({"user": user_id.hex if user_id else None, "csrf": generate_csrf()})


@PAGES.get("/field/people")
@page("visits.record")
def field_people() -> Response:
    """People of the user's offices about whom something is owed within a week. That they were taken is recorded."""
    now = deps().now()
    until = end_of_day(legal_day(now) + AHEAD)
    with deps().transaction() as tx:
        found = forms(tx, user(), talker(), due_soon(tx, user(), now=now, until=until), now=now)
        details = {"subjects": [str(one.subject_id) for one in found]}
        note_reading(tx, user(), "records.take_along", None, now=now, details=details)
    return answer_json({"people": [_person(one) for one in found]})


def _person(one: RecordForm) -> dict[str, object]:
    """The least that a record needs: no address, no telephone number, nothing of the case."""
    items = [_item(item) for item in one.items]
    promised = [(str(known.id), f"{known.text}({_due(known.due_at)}前)") for known in one.promised]
    about = {"id": str(one.subject_id), "no": one.subject_no, "name": one.subject_name}
    return about | {"items": items, "promised": promised}


def _item(item: FormItem) -> dict[str, object]:
    due = "、".join(dict.fromkeys(_due(duty.due_at) for duty in item.served))
    told = f"将完成{due}到期的任务" if due else "目前没有到期的任务,作为额外的记录保存"
    evidence = [(word, EVIDENCE.get(word, word)) for word in item.evidence]
    shown = f"{item.title} {item.code}"
    return {
        "code": item.code,
        "kind": item.kind.value,
        "title": shown,
        "told": told,
        "due": due or None,
        "evidence": evidence,
    }


def _due(due_at: datetime) -> str:
    """The last day by its date: what is kept on a phone may be read tomorrow, when 今天 is another day."""
    last = last_day_before(due_at)
    return f"{last.month}月{last.day}日"
