"""The user's own channel on a page: set, tried out, proved, changed and taken away."""

from typing import Any
from uuid import uuid4

from flask import Response, render_template, request, url_for

from app.actions.manage_channel import NewChannel, change_wait, remove_channel, set_channel, try_channel, verify_channel
from app.queries.channels import own_channel
from app.rules import channels
from app.rules.channels import USUAL_WAIT_MIN
from app.rules.errors import Refused, ZhifangError
from app.rules.wording.channels import ERRORS, NAMES, PASSING
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, optional, told, written
from app.web.guard import page

WAITS = (0, 5, 10, 15, 30)
LONGEST_SECRET, LONGEST_CODE = 128, 10


@PAGES.get("/channel")
@page("self.read")
def channel() -> str:
    """The channel as it stands, and the forms that it takes."""
    return _page({}, None)


@PAGES.post("/channel")
@page("self.read")
def channel_set() -> Response | tuple[str, int]:
    """Set the channel, in place of the one before."""
    try:
        offer = deps().settings.channels
        address = written("address", channels.LONGEST, missing="channel_unreadable")
        found = channels.address(address, optional("secret", LONGEST_SECRET), offered=offer.offered, hosts=offer.hosts)
        new = NewChannel(client_id(), found, _wait())
        with deps().transaction() as tx:
            set_channel(tx, user(), new, deps().settings, now=deps().now())
    except ZhifangError as error:
        return _refused(error)
    return done(url_for("pages.channel"), "channel_saved")


@PAGES.post("/channel/wait")
@page("self.read")
def channel_wait() -> Response | tuple[str, int]:
    """Change how long the channel waits."""
    try:
        with deps().transaction() as tx:
            change_wait(tx, user(), _wait(), now=deps().now())
    except ZhifangError as error:
        return _refused(error)
    return done(url_for("pages.channel"), "channel_changed")


@PAGES.post("/channel/test")
@page("self.read")
def channel_test() -> Response | tuple[str, int]:
    """Send a message with a code through the channel."""
    try:
        with deps().transaction() as tx:
            try_channel(tx, user(), now=deps().now())
    except ZhifangError as error:
        return _refused(error)
    return done(url_for("pages.channel"), "channel_tested")


@PAGES.post("/channel/verify")
@page("self.read")
def channel_verify() -> Response | tuple[str, int]:
    """Use the channel, with the code of the last test."""
    try:
        code = written("code", LONGEST_CODE, missing="channel_code_wrong")
        with deps().transaction() as tx:
            right = verify_channel(tx, user(), code, deps().settings, now=deps().now())
        if not right:
            raise Refused("channel_code_wrong")
    except ZhifangError as error:
        return _refused(error)
    return done(url_for("pages.channel"), "channel_verified")


@PAGES.post("/channel/remove")
@page("self.read")
def channel_remove() -> Response:
    """Take the channel away."""
    with deps().transaction() as tx:
        remove_channel(tx, user(), now=deps().now())
    return done(url_for("pages.channel"), "channel_removed")


def _wait() -> int:
    given = request.form.get("wait_min", str(USUAL_WAIT_MIN))
    if not (given.isascii() and given.isdigit()):
        raise Refused("channel_wait_unfit")
    return int(given[:4])


def _refused(error: ZhifangError) -> tuple[str, int]:
    fault, status = told(error)
    return _page(request.form, fault), status


def _page(typed: Any, fault: str | None) -> str:
    """The page; an address that was refused is shown again, since it was not kept anywhere."""
    with deps().autocommit() as connection:
        found = own_channel(connection, user())
    return render_template(
        "channel.html",
        here="channel",
        channel=found,
        offered=[NAMES[schema] for schema in sorted(deps().settings.channels.offered)],
        dingtalk="dingtalk" in deps().settings.channels.offered,
        names=NAMES,
        error=ERRORS.get(found.last_error, PASSING) if found and found.last_error else None,
        waits=WAITS,
        typed=typed,
        fault=fault,
        channel_id=typed.get("id") or uuid4(),
    )
