"""What a policy says of outages, of phones that need a hand, and of fixes that ask a person to look.

All tables may be left out, and so may each key in them.
"""

from dataclasses import dataclass, fields
from typing import TypeVar

from app.rules.policy.reader import Table

DAY_MIN = 1440
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Outages:
    """When the silence of many is one incident. A phone is silent that was not heard for `silent_min`; counted are
    those that fell silent within `together_min`: at least so many, at least such a share of their group, and so many
    points more than is usual at that hour. It is over when `back_percent` of them were heard again.
    """

    silent_min: int = 20
    together_min: int = 60
    at_least: int = 10
    share_percent: int = 50
    over_usual_percent: int = 30
    back_percent: int = 50


@dataclass(frozen=True, slots=True)
class DeviceTrouble:
    """From when a phone needs a hand: its app gets no place, it saves battery, or its clock is wrong."""

    permission_h: int = 12
    saver_days: int = 3
    clock_min: int = 15


@dataclass(frozen=True, slots=True)
class Suspicions:
    """Which fixes ask a person to look: a jump of `jump_km` or more, faster than `jump_kmh`; the same digits to the
    last in `frozen_fixes` or more over `frozen_h`. And how far from an officer's visit the phone was, in metres.
    """

    jump_km: int = 100
    jump_kmh: int = 1200
    frozen_h: int = 24
    frozen_fixes: int = 12
    apart_m: int = 1000


USUAL_OUTAGES, USUAL_DEVICE_TROUBLE, USUAL_SUSPICIONS = Outages(), DeviceTrouble(), Suspicions()

LIMITS: dict[type, dict[str, tuple[int, int]]] = {
    Outages: {
        "silent_min": (1, DAY_MIN),
        "together_min": (1, DAY_MIN),
        "at_least": (2, 1_000_000),
        "share_percent": (1, PERCENT),
        "over_usual_percent": (0, PERCENT),
        "back_percent": (1, PERCENT),
    },
    DeviceTrouble: {"permission_h": (1, 720), "saver_days": (1, 60), "clock_min": (1, DAY_MIN)},
    Suspicions: {
        "jump_km": (1, 20_000),
        "jump_kmh": (300, 100_000),
        "frozen_h": (1, 720),
        "frozen_fixes": (3, 100_000),
        "apart_m": (100, 1_000_000),
    },
}

Section = TypeVar("Section", Outages, DeviceTrouble, Suspicions)


def read_outages(root: Table) -> Outages:
    """`outages`."""
    return _read(root, "outages", USUAL_OUTAGES)


def read_device_trouble(root: Table) -> DeviceTrouble:
    """`device_trouble`."""
    return _read(root, "device_trouble", USUAL_DEVICE_TROUBLE)


def read_suspicions(root: Table) -> Suspicions:
    """`suspicions`."""
    return _read(root, "suspicions", USUAL_SUSPICIONS)


def _read(root: Table, name: str, usual: Section) -> Section:
    if not root.has(name):
        return usual
    table = root.table(name)
    values = {
        field.name: table.integer(field.name, *LIMITS[type(usual)][field.name], if_absent=getattr(usual, field.name))
        for field in fields(usual)
    }
    table.finish()
    return type(usual)(**values)
