"""The shipped policies as text and as values, for the tests of the rules. Tests may read files; rules may not."""

from functools import cache
from pathlib import Path

from app.rules.policy import Policy, parse_policy
from app.simulation.few_items import few_items

FOLDER = Path(__file__).parents[2] / "app" / "policies"
NAMES = ("jiangshan", "demo", "baoan")


@cache
def policy_text(name: str) -> str:
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


@cache
def with_few_items(name: str) -> Policy:
    """The same with 访1 and 谈1 alone, where a test is about other things than the table of the work rule."""
    return few_items(shipped(name))


@cache
def shipped(name: str) -> Policy:
    return parse_policy(policy_text(name))
