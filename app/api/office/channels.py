"""One's own channel beside the app: a robot of DingTalk, WeCom or Feishu, or a mailbox. Its address is never shown."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.actions.manage_channel import NewChannel, change_wait, remove_channel, set_channel, try_channel, verify_channel
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text, whole
from app.api.refusals import refusals
from app.queries.channels import ChannelView, own_channel
from app.rules import channels
from app.rules.channels import LONGEST_WAIT_MIN, USUAL_WAIT_MIN, Schema
from app.rules.errors import NotFound, Refused

BLUEPRINT = Blueprint("office_channels", __name__, description="通知渠道")

ADDRESS = {"description": "The address as the vendor shows it, a mail address, or an Apprise URL without parameters."}
WAIT = {"description": "Minutes that a notice may stay unread where an app was pushed to as well; 0: both at once."}


class ChannelBody(Body):
    """A channel to be set in place of the one before."""

    id = fields.UUID(required=True)
    address = text(500, required=True, load_only=True, metadata=ADDRESS)
    secret = text(128, load_default=None, allow_none=True, load_only=True, metadata={"description": "DingTalk's 加签."})
    wait_min = whole(0, LONGEST_WAIT_MIN, load_default=USUAL_WAIT_MIN, metadata=WAIT)


class ChannelChangeBody(Body):
    """What may change without another proof."""

    wait_min = whole(0, LONGEST_WAIT_MIN, required=True, metadata=WAIT)


class ChannelCodeBody(Body):
    """The code that came through the channel."""

    code = text(10, required=True, load_only=True)


class ChannelAnswer(Body):
    """One's own channel; `hint` is what may be shown of its address."""

    id = fields.UUID(required=True)
    schema = choice(Schema, required=True)
    hint = fields.String(required=True)
    wait_min = fields.Integer(required=True)
    state = choice(("unverified", "in_use", "gone"), required=True)
    created_at = Instant(required=True)
    tested_at = Instant(required=True, allow_none=True)
    verified_at = Instant(required=True, allow_none=True)
    last_sent_at = Instant(required=True, allow_none=True)
    last_error = fields.String(required=True, allow_none=True)


class ChannelSettingsAnswer(Body):
    """What is offered here, and what one has set."""

    offered = fields.List(choice(Schema), required=True)
    channel = fields.Nested(ChannelAnswer, required=True, allow_none=True)


@BLUEPRINT.route("/channel")
class OwnChannel(MethodView):
    """One's own channel."""

    @office("self.read")
    @BLUEPRINT.response(200, ChannelSettingsAnswer)
    def get(self) -> dict[str, Any]:
        """The channel, if there is one, and which kinds may be set."""
        with deps().autocommit() as connection:
            channel = own_channel(connection, current_actor())
        return {"offered": sorted(deps().settings.channels.offered), "channel": channel}

    @office("self.read")
    @refusals(409, 429)
    @BLUEPRINT.arguments(ChannelBody)
    @BLUEPRINT.response(201, ChannelAnswer)
    @BLUEPRINT.alt_response(200, schema=ChannelAnswer, description="Repeated: the channel as it stands.")
    def post(self, body: dict[str, Any]) -> tuple[ChannelView, int]:
        """Set one's channel in place of the one before. Only tests go to it until it is verified."""
        offer = deps().settings.channels
        address = channels.address(body["address"], body["secret"], offered=offer.offered, hosts=offer.hosts)
        new = NewChannel(body["id"], address, body["wait_min"])
        with deps().transaction() as tx:
            created = set_channel(tx, current_actor(), new, deps().settings, now=deps().now())
            return _shown(own_channel(tx, current_actor())), 201 if created else 200

    @office("self.read")
    @BLUEPRINT.arguments(ChannelChangeBody)
    @BLUEPRINT.response(200, ChannelAnswer)
    def patch(self, body: dict[str, Any]) -> ChannelView:
        """Change how long the channel waits."""
        with deps().transaction() as tx:
            change_wait(tx, current_actor(), body["wait_min"], now=deps().now())
            return _shown(own_channel(tx, current_actor()))

    @office("self.read")
    @BLUEPRINT.response(204)
    def delete(self) -> None:
        """Nothing goes to the channel any more."""
        with deps().transaction() as tx:
            remove_channel(tx, current_actor(), now=deps().now())


@BLUEPRINT.route("/channel/test")
class ChannelTest(MethodView):
    """Trying the channel out."""

    @office("self.read")
    @refusals(422, 429)
    @BLUEPRINT.response(202, ChannelAnswer)
    def post(self) -> ChannelView:
        """Send a message with a code through the channel; once a minute, ten times in all."""
        with deps().transaction() as tx:
            try_channel(tx, current_actor(), now=deps().now())
            return _shown(own_channel(tx, current_actor()))


@BLUEPRINT.route("/channel/verify")
class ChannelVerification(MethodView):
    """Proving that one reads what goes there."""

    @office("self.read")
    @refusals(409)
    @BLUEPRINT.arguments(ChannelCodeBody)
    @BLUEPRINT.response(200, ChannelAnswer)
    def post(self, body: dict[str, Any]) -> ChannelView:
        """Use the channel from now on, with the code of the last test."""
        with deps().transaction() as tx:
            right = verify_channel(tx, current_actor(), body["code"], deps().settings, now=deps().now())
            shown = own_channel(tx, current_actor())
        if not right:
            raise Refused("channel_code_wrong", fields={"code": "channel_code_wrong"})
        return _shown(shown)


def _shown(found: ChannelView | None) -> ChannelView:
    if found is None:
        raise NotFound("not_found")
    return found
