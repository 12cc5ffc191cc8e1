"""What a phone with another maker's client is set up by: addresses, settings, and the square code that holds them.

All of it holds the secret, so it is made once, when the credential is issued, and kept nowhere.
"""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import segno

from app.rules.facts import TrackerClient

INTERVAL_S = 300
MOVED_M = 100
HTTP_MODE = 3
MOVE_MODE = 2
"""OwnTracks' modes: HTTP instead of MQTT, and a fix by time also while the phone lies still."""


@dataclass(frozen=True)
class Setup:
    """`link` sets the app up where it is opened or scanned; `settings` are for typing: what and its value."""

    client: TrackerClient
    name: str
    url: str = field(repr=False)
    link: str = field(repr=False)
    settings: tuple[tuple[str, str], ...] = field(repr=False)


def setup_of(client: TrackerClient, name: str, secret: str, base_url: str) -> Setup:
    """For a service that phones reach at `base_url`."""
    base = base_url.rstrip("/")
    if client is TrackerClient.OWNTRACKS:
        return _owntracks(name, secret, f"{base}/api/trackers/owntracks")
    return _traccar(name, f"{base}/api/trackers/traccar/{secret}")


def picture_of(setup: Setup) -> str:
    """The link as a square code, as SVG to stand in a page."""
    drawn: str = segno.make(setup.link, error="m").svg_inline(scale=4, light="white", omitsize=False)
    return drawn


def _owntracks(name: str, secret: str, url: str) -> Setup:
    configuration = {
        "_type": "configuration",
        "mode": HTTP_MODE,
        "url": url,
        "auth": True,
        "username": name,
        "password": secret,
        "deviceId": name,
        "tid": name[-2:],
        "monitoring": MOVE_MODE,
        "moveModeLocatorInterval": INTERVAL_S,
        "locatorInterval": INTERVAL_S,
        "locatorDisplacement": MOVED_M,
        "pubExtendedData": True,
        "extendedData": True,
        "cmd": False,
        "remoteConfiguration": False,
        "allowRemoteLocation": False,
    }
    inline = quote(b64encode(json.dumps(configuration, separators=(",", ":")).encode()).decode(), safe="")
    typed = (("url", url), ("user", name), ("password", secret), ("device", name), ("tracker_id", name[-2:]))
    return Setup(TrackerClient.OWNTRACKS, name, url, f"owntracks:///config?inline={inline}", typed)


def _traccar(name: str, url: str) -> Setup:
    """A scheme of the app's own: a camera that reads the code must not open the address in a browser."""
    options = {
        "url": url,
        "id": name,
        "interval": str(INTERVAL_S),
        "distance": str(MOVED_M),
        "heartbeat": str(INTERVAL_S),
        "buffer": "true",
        "stop_detection": "false",
    }
    typed = (("url", url), ("device", name), ("interval", str(INTERVAL_S)))
    return Setup(TrackerClient.TRACCAR, name, url, f"org.traccar.client://config?{urlencode(options)}", typed)
