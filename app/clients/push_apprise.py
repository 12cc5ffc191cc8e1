"""The one door to Apprise: writes one text to one address of a user's, and says what became of it.

Apprise knows what each vendor wants to be sent. Where it goes and what comes back is ours: its plug-ins are made
directly, never from a URL of a user's choice, and post through `VendorPost`.
"""

import logging
import threading
from importlib import import_module
from typing import Any

from app.clients.push import PushOutcome, Rejected, Retry, Sent
from app.clients.push_apprise_answers import outcome_of
from app.clients.push_apprise_post import VendorPost
from app.config import ChannelSettings
from app.rules.channels import Address, Schema
from app.rules.wording.channels import TITLE

POSTING = ("dingtalk", "wecombot", "feishu", "custom_json")
"""Plug-ins that post by the `requests` of their own module."""

_LOADING = threading.Lock()


class AppriseChannel:
    """An AddressedChannel over Apprise. May be shared by threads; loads Apprise (a second, 30 MB) at the first send.

    `send` takes one try: `timeout_s` holds for each connect and each read.
    """

    def __init__(self, settings: ChannelSettings, timeout_s: float = 5.0) -> None:
        """Read what is offered. Nothing is loaded or sent yet."""
        self._settings = settings
        self._timeout_s = timeout_s
        self._post = VendorPost(settings.hosts, settings.origin, timeout_s)

    def send(self, address: Address, text: str) -> PushOutcome:
        """Hand one text to whatever lies at the address, once. Never raises for what a vendor or the network does."""
        if address.schema not in self._settings.offered:
            return Rejected("channel_not_offered")
        with self._post.listening() as heard:
            try:
                taken = bool(self._plugin(address).send(body=text, title=self._title(address)))
            except (TypeError, ValueError, KeyError, AttributeError, OSError):
                return Retry(None, "fault")
        if address.schema is Schema.MAIL:
            return Sent("mail") if taken else Retry(None, "mail")
        return outcome_of(address.schema, heard)

    def _title(self, address: Address) -> str:
        """Only mail has a place for it."""
        return TITLE if address.schema is Schema.MAIL else ""

    def _plugin(self, address: Address) -> Any:
        """A plug-in for this address alone: Apprise lets one that has just sent wait before it sends again."""
        load(self._post)
        from apprise import AppriseAsset, PersistentStoreMode

        asset = AppriseAsset(app_id="zhifang", app_desc="zhifang", app_url="", storage_mode=PersistentStoreMode.MEMORY)
        common = {"asset": asset, "cto": self._timeout_s, "rto": self._timeout_s, "redirect": False}
        match address.schema:
            case Schema.DINGTALK:
                plugin = _class("dingtalk", "NotifyDingTalk")
                return plugin(token=address.target, secret=address.secret, **common)
            case Schema.WECOM:
                return _class("wecombot", "NotifyWeComBot")(key=address.target, **common)
            case Schema.FEISHU:
                return _class("feishu", "NotifyFeishu")(token=address.target, **common)
            case Schema.JSON | Schema.JSONS:
                return self._robot(address, common)
            case Schema.MAIL:
                return self._mail(address, common)

    def _robot(self, address: Address, common: dict[str, Any]) -> Any:
        host, slash, path = address.target.partition("/")
        name, _, port = host.partition(":")
        place = {"host": name, "port": int(port) if port else None, "fullpath": slash + path}
        return _class("custom_json", "NotifyJSON")(secure=address.schema is Schema.JSONS, **place, **common)

    def _mail(self, address: Address, common: dict[str, Any]) -> Any:
        """The relay is the settings', the recipient alone the user's."""
        plugin = _class("email", "NotifyEmail")
        relay = plugin.parse_url(self._settings.mail or "")
        if not relay:
            raise ValueError("the mail relay cannot be read")
        made = plugin(**relay | common | {"targets": [address.target]})
        made.socket_connect_timeout = self._timeout_s
        return made


def load(post: VendorPost) -> None:
    """Load the plug-ins, silence their log, and put our way of posting in the place of theirs.

    Apprise offers no setting for this. The name is checked, because one that moved would post past our guard. Its
    log quotes tokens that it finds unfit, and that of urllib3 the addresses that are posted to.
    """
    with _LOADING:
        logging.getLogger("apprise").disabled = True
        logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)
        for name in POSTING:
            module = import_module(f"apprise.plugins.{name}")
            if not hasattr(module, "requests"):
                raise RuntimeError(f"this release of Apprise posts otherwise in {name}: see push_apprise.py")
            vars(module)["requests"] = post.shared


def _class(module: str, name: str) -> Any:
    return getattr(import_module(f"apprise.plugins.{module}"), name)
