"""An officer's own channel: what may be an address, what of it may be shown, how it is proved before it is used."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.errors import Conflict, Refused, TooOften

LONGEST_WAIT_MIN = 30
"""Half of what the ladder leaves an office: the second channel has to come well before the county is told."""
USUAL_WAIT_MIN = 5
CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=15)
MOST_WRONG_CODES = 5
TEST_PAUSE = timedelta(minutes=1)
MOST_TESTS = 10
MOST_A_DAY = 10
LONGEST = 500


class Schema(StrEnum):
    """The kinds of channels that there are at all; which of them are offered is a setting."""

    DINGTALK = "dingtalk"
    WECOM = "wecombot"
    FEISHU = "feishu"
    MAIL = "mail"
    JSON = "json"
    JSONS = "jsons"


KEY = "[A-Za-z0-9_-]{8,128}"
HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::\d{1,5})?"
MAILBOX = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}"
FORMS: tuple[tuple[Schema, str], ...] = (
    (Schema.DINGTALK, r"https://oapi\.dingtalk\.com/robot/send\?access_token=(?P<target>[A-Za-z0-9]{8,128})"),
    (Schema.DINGTALK, r"dingtalk://(?:(?P<secret>[A-Za-z0-9]{8,128})@)?(?P<target>[A-Za-z0-9]{8,128})/?"),
    (Schema.WECOM, rf"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<target>{KEY})"),
    (Schema.WECOM, rf"wecombot://(?P<target>{KEY})/?"),
    (Schema.FEISHU, rf"https://open\.feishu\.cn/open-apis/bot/v2/hook/(?P<target>{KEY})/?"),
    (Schema.FEISHU, rf"feishu://(?P<target>{KEY})/?"),
    (Schema.MAIL, rf"(?:mailto:|mailtos?://|mail://)?(?P<target>{MAILBOX})"),
    (Schema.JSONS, rf"jsons://(?P<target>{HOST}(?:/[A-Za-z0-9._~/-]{{0,200}})?)"),
    (Schema.JSON, rf"json://(?P<target>{HOST}(?:/[A-Za-z0-9._~/-]{{0,200}})?)"),
)
"""How addresses are written: as the vendors show them, and as Apprise writes them. Nothing else, and no parameters:
Apprise itself knows schemes that read files, run programs and post to any host."""


@dataclass(frozen=True)
class Address:
    """Where a channel leads. Whoever has it can write there, so it does not show in the representation."""

    schema: Schema
    target: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address in its one written form: one URL for one officer."""
        secret = f"{self.secret}@" if self.secret else ""
        return f"{self.schema}://{secret}{self.target}"

    @property
    def host(self) -> str:
        """Host and port of a robot within the house."""
        return self.target.partition("/")[0].lower()

    @property
    def hint(self) -> str:
        """As much of it as may be shown: enough to tell two apart, useless to whoever reads it."""
        if self.schema is Schema.MAIL:
            name, _, domain = self.target.partition("@")
            return f"{name[0]}…@{domain}"
        return self.host if self.schema in {Schema.JSON, Schema.JSONS} else f"…{self.target[-4:]}"


def address(
    written: str, secret: str | None, *, offered: frozenset[str], hosts: frozenset[str] = frozenset()
) -> Address:
    """What a user entered, read strictly. `offered` are the schemas and `hosts` the robots within the house that the
    settings allow; Refused for everything else.
    """
    found = opened(written.strip())
    if found is None or (secret and found.schema is not Schema.DINGTALK):
        raise Refused("channel_unreadable", fields={"address": "channel_unreadable"})
    if secret:
        found = opened(f"dingtalk://{secret.strip()}@{found.target}")
        if found is None:
            raise Refused("channel_unreadable", fields={"secret": "channel_unreadable"})
    if found.schema not in offered:
        raise Refused("channel_not_offered", fields={"address": "channel_not_offered"})
    if found.schema in {Schema.JSON, Schema.JSONS} and found.host not in hosts:
        raise Refused("channel_host_refused", fields={"address": "channel_host_refused"})
    return found


def opened(url: str) -> Address | None:
    """The address that a text holds; None where it holds none."""
    for schema, form in FORMS:
        if len(url) <= LONGEST and (match := re.fullmatch(form, url)):
            return Address(schema, match["target"], match.groupdict().get("secret"))
    return None


@dataclass(frozen=True)
class Standing:
    """How a user's channel stands: how often and when it was tested, how often a code was guessed at wrongly."""

    id: UUID
    schema: Schema
    tests: int
    tested_at: datetime | None
    wrong_codes: int
    verified_at: datetime | None


def refuse_wait(wait_min: int) -> None:
    """Refused unless the wait is one that a channel may have."""
    if not 0 <= wait_min <= LONGEST_WAIT_MIN:
        raise Refused("channel_wait_unfit", fields={"wait_min": "channel_wait_unfit"})


def refuse_test(standing: Standing, *, now: datetime) -> None:
    """TooOften where one was sent within a minute, or too many in all: a stranger's mailbox is no place to knock at."""
    if standing.tests >= MOST_TESTS:
        raise TooOften("channel_too_many_tests", {"retry_after_s": 86_400})
    if standing.tested_at is not None and now < standing.tested_at + TEST_PAUSE:
        raise TooOften("channel_tested_just_now", {"retry_after_s": int(TEST_PAUSE.total_seconds())})


def refuse_code(standing: Standing, *, now: datetime) -> None:
    """Conflict where the channel is verified already; Refused where no code counts any more."""
    if standing.verified_at is not None:
        raise Conflict("channel_verified_already")
    over = standing.tested_at is None or now >= standing.tested_at + CODE_LASTS
    if over or standing.wrong_codes >= MOST_WRONG_CODES:
        raise Refused("channel_code_over", fields={"code": "channel_code_over"})


def ref(notice_id: UUID) -> str:
    """By what somebody tells that a message came twice."""
    return notice_id.hex[:6].upper()
