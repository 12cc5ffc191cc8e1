"""Secrets and passwords that anybody would try: words of examples, what repeats itself or counts up, what is short."""

import re
from itertools import pairwise
from urllib.parse import parse_qs, unquote, urlsplit

KNOWN_SECRETS = ("changeme", "secret", "password", "default", "example", "insecure", "test", "demo", "zhifang")
"""Words by which default secrets are recognised: a secret made of one of them, repeated or padded, is refused."""

KNOWN_ACCOUNTS = ("postgres", "postgresql", "admin", "root", "minio", "minioadmin")
"""Accounts that databases and stores of files come with: their names are their passwords."""

SHORTEST_PASSWORD = 12


def is_known(value: str) -> bool:
    """Whether it is made of the words of examples, repeats itself, or counts up."""
    lowered = value.lower()
    if is_patterned(lowered.encode()):
        return True
    for word in KNOWN_SECRETS:
        lowered = lowered.replace(word, "")
    return len(set(lowered)) < 8


def is_patterned(value: bytes) -> bool:
    """Whether it is one piece over and over, or mostly a row that goes up or down: typed, not drawn."""
    repeats = value in (value + value)[1:-1]
    steps = [(after - before) % 256 for before, after in pairwise(value)]
    return repeats or any(steps.count(step) * 2 > len(steps) for step in set(steps))


def is_guessable(password: str, user: str) -> bool:
    """Whether the password of an account is short, its own name, or one that such an account comes with."""
    words = "".join(re.split(r"[^a-z]+", password.lower()))
    known = any(words in {word, word * 2} for word in (*KNOWN_SECRETS, *KNOWN_ACCOUNTS))
    return len(password) < SHORTEST_PASSWORD or known or password == user or is_patterned(password.encode())


def account_of(url: str) -> tuple[str, str | None]:
    """User and password of a database's URL, wherever they stand in it; None where it holds no password."""
    split = urlsplit(url)
    asked = parse_qs(split.query, keep_blank_values=True)
    password = split.password if split.password is not None else asked.get("password", [None])[-1]
    user = split.username or asked.get("user", [""])[-1]
    return unquote(user), None if password is None else unquote(password)
