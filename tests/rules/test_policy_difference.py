"""What tells two policies apart, in plain words; and a policy as text again."""

import tomllib
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.policy import parse_policy, to_mapping
from app.rules.policy.difference import differences
from app.rules.policy.toml_text import to_toml
from app.rules.wording.policies import COMMENTS, change_words, place_words
from app.store.shipped_policies import shipped, shipped_names

Json = dict[str, Any]
BASE: Json = to_mapping(parse_policy(shipped("jiangshan")))


def changed(change: Callable[[Json], object]) -> Json:
    other = deepcopy(BASE)
    change(other)
    return other


def told(change: Callable[[Json], object]) -> list[str]:
    return [change_words(one.path, one.before, one.after) for one in differences(BASE, changed(change))]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.update(silence_h=12), ["失联时限(小时):由 24 改为 12。"]),
        (lambda p: p.update(phone_under_order=True), ["手机可否用于电子定位:由 否 改为 是。"]),
        (lambda p: p.update(version=9), []),
        (lambda p: p["windows"]["lenient"][0].update(days=["mon"]), ["宽管的签到日(第 1 个):去掉 周四。"]),
        (lambda p: p["windows"]["strict"].pop(), ["严管的签到窗口(第 2 个):删去(原为 哪些天 每天,时长(分钟) 60,"]),
        (lambda p: p["location_checks"].update(strict=6), ["严管每日位置核查次数:由 4 改为 6。"]),
        (lambda p: p["items"]["访1"].update(by=["officer"]), ["项目“访1” · 谁可以办理:去掉 协管员、县级工作人员。"]),
        (lambda p: p["items"]["访1"].update(assumed=False), ["项目“访1” · 拟定,待确认:由 是 改为 否。"]),
        (lambda p: p.pop("quiet"), ["夜间暂缓推送"]),
        (lambda p: p["holidays"]["2026"]["rest"].append("2026-12-31"), ["放假安排 · 2026 · 放假:加上 2026-12-31。"]),
        (lambda p: p["photos"].update(basis="某文件"), ["签到照片的依据:由 没有 改为 某文件。"]),
    ],
)  # fmt: skip
def test_a_change_in_plain_words(change: Callable[[Json], object], words: list[str]) -> None:
    found = told(change)
    assert len(found) >= len(words)
    assert all(sentence.startswith(begun) for sentence, begun in zip(found, words, strict=False)), found


def test_nothing_differs_from_itself_and_everything_reads_back() -> None:
    assert differences(BASE, deepcopy(BASE)) == ()
    demo = to_mapping(parse_policy(shipped("demo")))
    there, back = differences(BASE, demo), differences(demo, BASE)
    assert [(one.path, one.before, one.after) for one in sorted(there, key=lambda one: one.path)] == [
        (one.path, one.after, one.before) for one in sorted(back, key=lambda one: one.path)
    ]
    assert len({one.path for one in there}) == len(there)


def test_every_value_of_the_shipped_policies_has_a_place_in_words() -> None:
    """No page shows a bare key of the first floor: what is not called by name is called after its table."""
    for name in shipped_names():
        for one in differences({"version": 0}, to_mapping(parse_policy(shipped(name)))):
            assert not place_words(one.path).startswith(one.path[0]), one.path


@pytest.mark.parametrize("name", shipped_names())
def test_a_policy_as_text_reads_back_the_same(name: str) -> None:
    policy = parse_policy(shipped(name))
    text = to_toml(to_mapping(policy), COMMENTS)
    assert parse_policy(text) == policy
    assert text.count("# ") >= 8
    assert to_toml(to_mapping(parse_policy(text)), COMMENTS) == text


PLAIN = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=4))
def test_any_table_of_values_survives_the_text(mapping: Json) -> None:
    assert tomllib.loads(to_toml(mapping)) == mapping
