"""Keys by version in the environment: alone, several, and what is refused."""

import base64
from collections.abc import Mapping
from hashlib import sha256

import pytest

from app.config import SettingsError, load_settings

KEYS = {n: base64.b64encode(sha256(b"key %d" % n).digest()).decode() for n in range(1, 5)}
BASE = {
    "DATABASE_URL": "postgresql://",
    "ZHIFANG_MODE": "test",
    "ZHIFANG_TOKEN_SECRET": "9f3c1d7a5be24860b1c7e3f2a4d6980c",
    "ZHIFANG_WEB_SECRET": "07ad41c98e5b4f32a6d0c3b9e1f87254",
    "ZHIFANG_WINDOW_SECRET": "c5e80b7149fa4d6c93b2e7d1085fa346",
    "ZHIFANG_IDENTITY_HASH_KEY": KEYS[4],
}


def versions(given: Mapping[str, str]) -> list[int]:
    return [version for version, _ in load_settings({**BASE, **given}).sealing_keys]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"ZHIFANG_IDENTITY_KEY": KEYS[1]}, [1]),
        ({"ZHIFANG_IDENTITY_KEYS": f"1:{KEYS[1]}"}, [1]),
        ({"ZHIFANG_IDENTITY_KEYS": f"2:{KEYS[2]},1:{KEYS[1]}"}, [2, 1]),
        ({"ZHIFANG_IDENTITY_KEYS": f"1:{KEYS[1]}, 2:{KEYS[2]}"}, [1, 2]),
        ({"ZHIFANG_IDENTITY_KEYS": f"2:{KEYS[2]}", "ZHIFANG_IDENTITY_KEY": KEYS[1]}, [2, 1]),
        ({"ZHIFANG_IDENTITY_KEYS": f"2:{KEYS[2]},1:{KEYS[1]}", "ZHIFANG_IDENTITY_KEY": KEYS[1]}, [2, 1]),
        ({"ZHIFANG_IDENTITY_KEYS": f"3:{KEYS[3]}"}, [3]),
    ],
)
def test_the_first_key_seals_and_all_are_known(given: dict[str, str], expected: list[int]) -> None:
    assert versions(given) == expected


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "ZHIFANG_IDENTITY_KEY is not set"),
        ({"ZHIFANG_IDENTITY_KEYS": KEYS[1]}, "ZHIFANG_IDENTITY_KEYS must be a list such as"),
        ({"ZHIFANG_IDENTITY_KEYS": f"0:{KEYS[1]}"}, "ZHIFANG_IDENTITY_KEYS must be a list such as"),
        ({"ZHIFANG_IDENTITY_KEYS": "2:c2hvcnQ="}, "ZHIFANG_IDENTITY_KEYS version 2 must be 32 random bytes"),
        (
            {"ZHIFANG_IDENTITY_KEYS": f"1:{KEYS[2]}", "ZHIFANG_IDENTITY_KEY": KEYS[1]},
            "give two keys for one version",
        ),
        ({"ZHIFANG_IDENTITY_KEYS": f"1:{KEYS[2]},1:{KEYS[3]}"}, "give two keys for one version"),
        (
            {"ZHIFANG_MODE": "production", "ZHIFANG_IDENTITY_KEYS": f"1:{KEYS[1]},2:{KEYS[4]}"},
            "every secret must be its own",
        ),
    ],
)
def test_what_does_not_fit_is_named_without_the_key(given: dict[str, str], problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({**BASE, **given})
    assert problem in str(refused.value)
    assert not any(key in str(refused.value) for key in KEYS.values())


def test_an_empty_key_of_a_version_is_refused() -> None:
    with pytest.raises(SettingsError, match="version 2 must be 32 random bytes"):
        versions({"ZHIFANG_IDENTITY_KEYS": f"2:,1:{KEYS[1]}"})
