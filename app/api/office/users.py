"""Users, their roles and their passwords."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.change_users import (
    AddUser,
    GiveRole,
    add_user,
    change_user,
    disable_user,
    enable_user,
    give_role,
    hashed,
    set_password,
    withdraw_role,
)
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import users as queries
from app.queries.users import UserView
from app.rules.facts import OfficeLevel, Role

BLUEPRINT = Blueprint("office_users", __name__, description="用户和角色")


class RoleAnswer(Body):
    """A role that is held now."""

    id = fields.UUID(required=True)
    role = choice(Role, required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    office_level = choice(OfficeLevel, required=True)
    since = Instant(required=True)


class UserAnswer(Body):
    """A user, with those of the roles that lie in one's own offices."""

    id = fields.UUID(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    disabled = fields.Boolean(required=True)
    created_at = Instant(required=True)
    roles = fields.List(fields.Nested(RoleAnswer), required=True)


class RoleBody(Body):
    """A role in an office."""

    id = fields.UUID(required=True)
    role = choice(Role, required=True)
    office_id = fields.UUID(required=True)


class UserBody(Body):
    """A user to be added, with a first role and a first password."""

    id = fields.UUID(required=True)
    login = text(64, shortest=2, required=True)
    name = text(50, required=True)
    phone = text(32, load_default=None, allow_none=True)
    password = text(128, required=True, load_only=True)
    role = fields.Nested(RoleBody, required=True)


class UserChange(Body):
    """What may change of a user."""

    name = text(50)
    phone = text(32, allow_none=True)


class PasswordBody(Body):
    """A new password."""

    password = text(128, required=True, load_only=True)


class UserListArgs(PageArgs):
    """Which users."""

    office_id = fields.UUID(load_default=None)
    former = fields.Boolean(load_default=False, metadata={"description": "Those whose roles were all withdrawn."})


@BLUEPRINT.route("/users")
class Users(MethodView):
    """Users within reach."""

    @office("users.read")
    @BLUEPRINT.arguments(UserListArgs, location="query")
    @BLUEPRINT.response(200, page_of(UserAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Users with a role in one's own offices, by log-in."""
        with deps().autocommit() as connection:
            page = queries.users(
                connection,
                current_actor(),
                now=deps().now(),
                office_id=args["office_id"],
                former=args["former"],
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("users.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(UserBody)
    @BLUEPRINT.response(201, UserAnswer)
    @BLUEPRINT.alt_response(200, schema=UserAnswer, description="Repeated: the same as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[UserView, int]:
        """Add a user with a first role."""
        role = body["role"]
        command = AddUser(
            body["id"], body["login"], body["name"], body["phone"], role["id"], Role(role["role"]), role["office_id"]
        )
        password_hash = hashed(command.login, body["password"], deps().settings)
        with deps().transaction() as tx:
            created = add_user(tx, current_actor(), command, password_hash, now=deps().now())
            return _view(tx, command.id), 201 if created else 200


@BLUEPRINT.route("/users/<uuid:user_id>")
class User(MethodView):
    """One user."""

    @office("users.read")
    @refusals(404)
    @BLUEPRINT.response(200, UserAnswer)
    def get(self, user_id: UUID) -> UserView:
        """One user."""
        with deps().autocommit() as connection:
            return _view(connection, user_id)

    @office("users.change")
    @refusals(404)
    @BLUEPRINT.arguments(UserChange)
    @BLUEPRINT.response(200, UserAnswer)
    def patch(self, body: dict[str, Any], user_id: UUID) -> UserView:
        """Change a user's name or phone."""
        with deps().transaction() as tx:
            change_user(tx, current_actor(), user_id, body, now=deps().now())
            return _view(tx, user_id)


@BLUEPRINT.route("/users/<uuid:user_id>/roles")
class Roles(MethodView):
    """A user's roles."""

    @office("users.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RoleBody)
    @BLUEPRINT.response(201, UserAnswer)
    @BLUEPRINT.alt_response(200, schema=UserAnswer, description="Repeated: the same as it stands now.")
    def post(self, body: dict[str, Any], user_id: UUID) -> tuple[UserView, int]:
        """Give a user a further role in one of one's own offices."""
        command = GiveRole(body["id"], user_id, Role(body["role"]), body["office_id"])
        with deps().transaction() as tx:
            created = give_role(tx, current_actor(), command, now=deps().now())
            return _view(tx, user_id), 201 if created else 200


@BLUEPRINT.route("/users/<uuid:user_id>/roles/<uuid:role_id>")
class GivenRole(MethodView):
    """One role of a user."""

    @office("users.change")
    @refusals(404)
    @BLUEPRINT.response(204)
    def delete(self, user_id: UUID, role_id: UUID) -> None:
        """Withdraw a role; it counts no more from the next request on."""
        with deps().transaction() as tx:
            withdraw_role(tx, current_actor(), user_id, role_id, now=deps().now())


@BLUEPRINT.route("/users/<uuid:user_id>/password")
class Password(MethodView):
    """A user's password."""

    @office("users.change")
    @refusals(404)
    @BLUEPRINT.arguments(PasswordBody)
    @BLUEPRINT.response(204)
    def post(self, body: dict[str, Any], user_id: UUID) -> None:
        """Set a new password; every log-in of the user ends."""
        with deps().autocommit() as connection:
            login = _view(connection, user_id).login
        password_hash = hashed(login, body["password"], deps().settings)
        with deps().transaction() as tx:
            set_password(tx, current_actor(), user_id, password_hash, now=deps().now())


@BLUEPRINT.route("/users/<uuid:user_id>/disable")
class Disable(MethodView):
    """The closing of an account."""

    @office("users.change")
    @refusals(404)
    @BLUEPRINT.response(200, UserAnswer)
    def post(self, user_id: UUID) -> UserView:
        """Close an account; every log-in ends, and nothing more is pushed."""
        with deps().transaction() as tx:
            disable_user(tx, current_actor(), user_id, now=deps().now())
            return _view(tx, user_id)


@BLUEPRINT.route("/users/<uuid:user_id>/enable")
class Enable(MethodView):
    """The reopening of an account."""

    @office("users.change")
    @refusals(404)
    @BLUEPRINT.response(200, UserAnswer)
    def post(self, user_id: UUID) -> UserView:
        """Open a closed account again."""
        with deps().transaction() as tx:
            enable_user(tx, current_actor(), user_id, now=deps().now())
            return _view(tx, user_id)


def _view(connection: Any, user_id: UUID) -> UserView:
    return queries.user(connection, current_actor(), user_id, now=deps().now())
