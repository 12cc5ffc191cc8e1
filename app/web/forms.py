"""What forms send, read with care; and the way on after a change."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, request

from app.rules.errors import Conflict, NotAllowed, NotFound, Refused, ZhifangError
from app.rules.wording import sentence

LOCAL = ZoneInfo("Asia/Shanghai")
EARLIEST_YEAR, LATEST_YEAR = 2000, 2099


def written(name: str, longest: int, *, missing: str) -> str:
    """A text that has to be there; Refused with the code `missing` where it is not."""
    text = optional(name, longest)
    if text is None:
        raise Refused(missing)
    return text


def optional(name: str, longest: int) -> str | None:
    """A text that may be left empty, without what no database stores; browsers hold to `longest` by themselves."""
    text = request.form.get(name, "").replace("\0", "").replace("\r\n", "\n").strip()
    return text[:longest] or None


def client_id() -> UUID:
    """The id that the page made for what is to be written, so that sending it twice writes it once."""
    return id_of("id")


def id_of(name: str) -> UUID:
    """The id of something that the page offered; Refused `stale_form` for anything else."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        raise Refused("stale_form") from None


def instant(name: str) -> datetime:
    """What a `datetime-local` input gives: local time without offset. Refused `time_needed` for anything else."""
    try:
        given = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Refused("time_needed") from None
    if given.tzinfo is not None or not EARLIEST_YEAR <= given.year <= LATEST_YEAR:
        raise Refused("time_needed")
    return given.replace(tzinfo=LOCAL)


def hash_of(*parts: object) -> bytes:
    """What tells two sendings of the same form from two forms."""
    return sha256("|".join(map(str, parts)).encode()).digest()


def done(target: str, code: str, params: Mapping[str, str] | None = None) -> Response:
    """On to a page that says once what was done (the words stand in `_done.html`), so that reloading repeats nothing.

    A form that htmx sent moves the whole page; what the browser kept of its fields is dropped there.
    """
    sent = f"?{request.query_string.decode()}" if request.query_string else ""
    flash({"code": code, "form": f"{request.path}{sent}", **(params or {})}, "done")  # type: ignore[arg-type]
    if "HX-Request" in request.headers:
        return Response(status=200, headers={"HX-Redirect": target})
    return redirect(target, code=303)  # type: ignore[return-value]


def told(error: ZhifangError) -> tuple[str, int]:
    """The sentence for a form that was refused, and its status. What the user may not know of is a page of its own."""
    if isinstance(error, NotFound):
        raise error
    code = "kept_already" if error.code == "id_reused" else error.code
    status = 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422
    return sentence(code, error.params), status
