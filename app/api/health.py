"""Signs of life, open to everybody: they tell states and times, never anything of a person."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from app.api.auth import public
from app.api.context import deps
from app.config import Mode
from app.queries import health, service_days
from app.queries.keys import keys_missing
from app.rules.errors import Unavailable
from app.rules.facts import DayVerdict

BLUEPRINT = Blueprint("health", __name__, url_prefix="/health")
WORDS = {DayVerdict.MADE: "yes", DayVerdict.NOT_MADE: "no", DayVerdict.CANNOT_TELL: "cannot_tell"}


@BLUEPRINT.get("/live")
@public
def live() -> Response:
    """The process answers."""
    return jsonify(state="ok")


@BLUEPRINT.get("/ready")
@public
def ready() -> tuple[Response, int]:
    """The process can keep its promises: database there, schema and keys right, in production also durable."""
    try:
        with deps().autocommit() as connection:
            faults = health.fitness(connection, durable=deps().settings.mode is Mode.PRODUCTION).faults
            faults = faults or _keyless(connection)
    except Unavailable as error:
        faults = (error.code,)
    return _answer(not faults, faults=list(faults))


def _keyless(connection: Any) -> tuple[str, ...]:
    """Whether rows need a key that this process lacks. It reads tables through, so once it was well it is not asked."""
    known = current_app.extensions
    if not known.get("keys"):
        known["keys"] = not keys_missing(connection, deps().settings)
    return () if known["keys"] else ("keys_missing",)


@BLUEPRINT.get("/jobs")
@public
def jobs() -> tuple[Response, int]:
    """Every job with its last good run; red when one is older than it may be, failed, or none ever ran."""
    try:
        with deps().autocommit() as connection:
            found = health.job_health(connection, now=deps().now())
    except Unavailable as error:
        return _answer(False, faults=[error.code], jobs=[])
    rows = [
        {
            "name": job.name,
            "state": "ok" if job.fresh else "stale",
            "last_ok_at": job.last_ok_at.isoformat() if job.last_ok_at else None,
            "last_outcome": job.last_outcome,
        }
        for job in found
    ]
    return _answer(bool(found) and all(job.fresh for job in found), jobs=rows)


@BLUEPRINT.get("/yesterday")
@public
def yesterday() -> tuple[Response, int]:
    """Were all of yesterday's checks made: `yes`, `no` or `cannot_tell`; the page of the service tells which not."""
    now = deps().now()
    try:
        with deps().autocommit() as connection:
            (view,) = service_days.days(connection, now=now, how_many=1)
    except Unavailable as error:
        return _answer(False, faults=[error.code], all_checks_made=WORDS[DayVerdict.CANNOT_TELL])
    made = WORDS[view.verdict]
    return _answer(view.verdict is not DayVerdict.NOT_MADE, day=view.day.isoformat(), all_checks_made=made)


def _answer(well: bool, **content: object) -> tuple[Response, int]:  # noqa: FBT001  (private, one caller's word each)
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify(state="ok" if well else "not_ok", **content), status
