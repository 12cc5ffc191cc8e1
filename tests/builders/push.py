"""A fake FCM with the door that leads to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clients.push_fcm import FcmChannel
from app.simulation.fake_fcm import FakeFcm
from app.simulation.fake_fcm_account import FILE_NAME, open_account


@dataclass(frozen=True)
class Push:
    """The fake, which keeps what arrived, and the channel that the service sends through."""

    fcm: FakeFcm
    channel: FcmChannel

    @property
    def shown(self) -> list[tuple[str, str]]:
        """(address, notice id) of what phones got, in order of arrival."""
        return [(message.address, message.data["n"]) for message in self.fcm.received if message.shown]


@cache
def _account() -> bytes:
    """A service account, drawn once for a process: a key takes longer than most tests. Its address is the fake's."""
    with TemporaryDirectory(prefix="fake-fcm-") as folder:
        return open_account(Path(folder), "http://127.0.0.1/").path.read_bytes()


@contextmanager
def a_push(timeout_s: float = 60.0) -> Iterator[Push]:
    """A running fake FCM, and a channel to it."""
    with TemporaryDirectory(prefix="fake-fcm-") as folder:
        (Path(folder) / FILE_NAME).write_bytes(_account())
        with (
            FakeFcm(directory=Path(folder)) as fcm,
            FcmChannel(fcm.credentials_path, fcm.base_url, timeout_s) as channel,
        ):
            yield Push(fcm, channel)
