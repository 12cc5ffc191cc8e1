"""The local system (制度) on pages: what is in force in a readable table, its versions, and what each changed."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from flask import render_template

from app.queries import policies as queries
from app.queries import policy_drafts as drafts
from app.queries.policies import PolicyView
from app.queries.policy_drafts import DraftView
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.policy import Item, policy_from_mapping
from app.rules.wording.policies import STATES
from app.rules.wording.policy_items import EVIDENCE, KINDS, PLACES, repeat_words, roles_words, trigger_words
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import may, page, user_for
from app.web.paging import cursor, next_link
from app.web.shown_codes import ROLES

VERSIONS_SHOWN = 20
DRAFTS_SHOWN = 100


@PAGES.get("/policies")
@page("policies.read")
def policies() -> str:
    """What holds now for the user's own office, the versions that concern it, and drafts that are not over."""
    now, office_id = deps().now(), own_office(user())
    with deps().autocommit() as connection:
        held = queries.in_force(connection, user(), office_id, at=now)
        versions = queries.policies(connection, user(), after=cursor(), limit=VERSIONS_SHOWN)
        open_drafts: Sequence[DraftView] = ()
        if may("policy_drafts.read"):
            reader = user_for("policy_drafts.read")
            open_drafts = drafts.drafts(connection, reader, only_open=True, limit=DRAFTS_SHOWN).items
    return render_template(
        "policies.html",
        here="policies",
        held=held,
        items=items_of(held),
        versions=versions.items,
        more=next_link(versions.next_key),
        drafts=open_drafts,
        states=STATES,
        now=now,
        draft_id=uuid4(),
        **words(),
    )


@PAGES.get("/policies/<uuid:version_id>")
@page("policies.read")
def policy_version(version_id: UUID) -> str:
    """One version: what it changed, and its items."""
    with deps().autocommit() as connection:
        version = queries.policy(connection, user(), version_id)
        changed = queries.changes_of(connection, user(), version_id)
    return render_template(
        "policy_version.html",
        here="policies",
        version=version,
        changed=changed,
        items=items_of(version),
        now=deps().now(),
        **words(),
    )


def own_office(actor: Actor) -> UUID:
    """The office whose policy somebody looks at first: that of the first of their posts."""
    if not actor.grants:
        raise NotFound("not_found")
    return actor.grants[0].office_id


def items_of(version: PolicyView | None) -> tuple[Item, ...]:
    """The items of a version, in the order of their codes."""
    return tuple(policy_from_mapping(version.content).items.values()) if version and version.content else ()


def words() -> dict[str, object]:
    """What the table of items calls things."""
    return {
        "kinds": KINDS,
        "places": PLACES,
        "evidence_words": EVIDENCE,
        "trigger_words": trigger_words,
        "repeat_words": repeat_words,
        "roles_words": lambda roles: roles_words(roles, ROLES),
    }
