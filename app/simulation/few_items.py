"""The work rule cut down to what the officers of a made-up county do: the talk at intake and visits at home."""

from collections.abc import Mapping
from dataclasses import replace

from app.rules.facts import OccasionKind
from app.rules.policy import HOME_VISIT, INTAKE_TALK, Item, Policy, parse_policy, to_mapping
from app.store.shipped_policies import shipped


def few_items(policy: Policy) -> Policy:
    """The policy with these two items alone, from intake on and by repetition, and with no evidence asked for: what
    nobody in the story does or brings would only be missed. A county without these items keeps its own.
    """
    kept = [code for code in (HOME_VISIT, INTAKE_TALK) if code in policy.items]
    return replace(policy, items={code: _by_the_calendar(policy.items[code]) for code in kept}) if kept else policy


def few_items_of(name: str) -> Mapping[str, object]:
    """The same as a change of a shipped policy's `items`, for the header of a scenario."""
    items = to_mapping(few_items(parse_policy(shipped(name))))["items"]
    assert isinstance(items, Mapping)  # noqa: S101  (the normal form)
    return items


def _by_the_calendar(item: Item) -> Item:
    return replace(item, triggers=item.triggers_on(OccasionKind.INTAKE), evidence=())
