"""From TOML text, or from a mapping, to a policy; every problem is told at once."""

import re
import tomllib
from collections.abc import Mapping

from app.rules.calendar import DAY_MINUTES
from app.rules.policy.causes import read_device_trouble, read_outages, read_suspicions
from app.rules.policy.changes import changed_mapping
from app.rules.policy.correction import read_correction
from app.rules.policy.files import read_files
from app.rules.policy.items_sections import read_items
from app.rules.policy.leave import read_leave
from app.rules.policy.lines import key_lines
from app.rules.policy.orders_searches import read_orders, read_searches
from app.rules.policy.photos_spot_checks import read_photos, read_spot_checks
from app.rules.policy.places import read_places
from app.rules.policy.problems import PolicyError, Problem, make_problem
from app.rules.policy.proof import read_proof
from app.rules.policy.reader import Report, Table
from app.rules.policy.retention import read_retention
from app.rules.policy.sections import (
    read_departure,
    read_grace,
    read_holidays,
    read_ladder,
    read_quiet,
    read_recovery,
    read_visits,
)
from app.rules.policy.tree import HANDLE_WITHIN_H, Policy
from app.rules.policy.windows import read_location_checks, read_windows
from app.rules.policy.write import canonical_hash, to_mapping

MAX_CHARACTERS = 100_000

_TOML_PLACE = re.compile(r"\s*\(at line (\d+), column \d+\)$")


def parse_policy(text: str) -> Policy:
    """A policy file's text as a policy. Raises `PolicyError` whose problems name their lines."""
    if len(text) > MAX_CHARACTERS:
        raise _too_large()
    try:
        mapping = tomllib.loads(text)
        lines = key_lines(text)
    except RecursionError:
        raise _too_large() from None
    except ValueError as error:  # tomllib's own error, or a number with thousands of digits
        raise PolicyError((_syntax_problem(text, str(error)),)) from None
    return _read(mapping, Report(lines=lines))


def policy_from_mapping(mapping: Mapping[str, object]) -> Policy:
    """A whole policy that came as an object (stored, or in a scenario's header). Raises `PolicyError`."""
    return _read(mapping, Report())


def with_changes(
    base: Policy | Mapping[str, object], changes: Mapping[str, object], *, trial_basis: str | None = None
) -> Policy:
    """The policy with single values overridden by dotted keys. Raises `PolicyError`.

    `trial_basis` stands in for `phone_under_order_basis` where the changes allow phones under an order without
    citing one: only a replay, which tracks nobody, may give it.
    """
    report = Report()
    before = base if isinstance(base, Policy) else policy_from_mapping(base)
    try:
        mapping = changed_mapping(to_mapping(before), changes, report)
    except RecursionError:
        raise _too_large() from None
    if trial_basis and mapping.get("phone_under_order") is True and not mapping.get("phone_under_order_basis"):
        mapping["phone_under_order_basis"] = trial_basis
    return _read(mapping, report)


def content_hash(content: Policy | Mapping[str, object] | str) -> str:
    """SHA-256, in hex, of the policy's normal form: the same for a file, its object and what was stored."""
    if isinstance(content, str):
        content = parse_policy(content)
    elif not isinstance(content, Policy):
        content = policy_from_mapping(content)
    return canonical_hash(to_mapping(content))


def _handle_within_h(root: Table) -> float:
    """May be left out, as in policies that were stored before it was there."""
    return root.number("handle_within_h", 1, 24 * 30) if root.has("handle_within_h") else HANDLE_WITHIN_H


def _too_large() -> PolicyError:
    return PolicyError((make_problem("too_large", "policy"),))


def _syntax_problem(text: str, message: str) -> Problem:
    place = _TOML_PLACE.search(message)
    line = int(place[1]) if place else text.rstrip().count("\n") + 1  # "at end of document"
    problem = make_problem("syntax", "toml", detail=_TOML_PLACE.sub("", message))
    return Problem(problem.code, problem.key, problem.en, problem.zh, line)


def _read(mapping: Mapping[str, object], report: Report) -> Policy:
    root = Table({str(key): value for key, value in mapping.items()}, (), report)
    poll_after_s = root.integer("poll_after_s", 5, 3600)
    policy = Policy(
        name=root.text("name"),
        title=root.text("title"),
        version=root.integer("version", 1, 9_999),
        windows=read_windows(root, poll_after_s),
        location_checks=read_location_checks(root, poll_after_s),
        visits=read_visits(root),
        items=read_items(root),
        grace_min=read_grace(root),
        remind_min=root.integer("remind_min", 0, DAY_MINUTES),
        poll_after_s=poll_after_s,
        order_interval_s=root.integer("order_interval_s", 5, 3600),
        phone_under_order=root.flag("phone_under_order"),
        phone_under_order_basis=root.text("phone_under_order_basis", may_be_absent=True),
        silence_h=root.number("silence_h", 0.01, 24 * 30),
        silence_under_order_h=root.number("silence_under_order_h", 0.01, 24 * 30),
        handle_within_h=_handle_within_h(root),
        ladder_min=read_ladder(root),
        quiet=read_quiet(root),
        departure=read_departure(root),
        missed_check_in_recovery=read_recovery(root),
        late_evidence_wait_min=root.integer("late_evidence_wait_min", 0, DAY_MINUTES),
        holidays=read_holidays(root),
        spot_checks=read_spot_checks(root),
        photos=read_photos(root),
        outages=read_outages(root),
        device_trouble=read_device_trouble(root),
        suspicions=read_suspicions(root),
        orders=read_orders(root),
        searches=read_searches(root),
        places=read_places(root),
        leave=read_leave(root),
        files=read_files(root),
        retention=read_retention(root),
        proof=read_proof(root),
        correction=read_correction(root),
    )
    root.finish()
    _check_together(policy, report)
    report.raise_if_any()
    return policy


def _check_together(policy: Policy, report: Report) -> None:
    """What only shows when values of different sections meet."""
    if policy.phone_under_order and not policy.phone_under_order_basis:
        report.add("basis_missing", ("phone_under_order_basis",))
    limits = {"silence_h": policy.silence_h, "silence_under_order_h": policy.silence_under_order_h}
    for key, hours in limits.items():
        if report.is_clean((key,), ("poll_after_s",)) and hours * 3600 <= policy.poll_after_s:
            report.add("silence_below_poll", (key,), poll=policy.poll_after_s)
