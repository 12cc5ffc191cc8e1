"""Every event that a scenario may hold: its fields, and whether the service can play it yet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.rules.bounds import ZoneKind
from app.rules.effects.occasions import PeriodKind
from app.rules.facts import AlertKind, Category, CloseReason, EndReason, Ground, Role, SupervisionClass
from app.rules.occasions import ENTERED, REPORTED
from app.rules.spot_checks import SpotGround
from app.simulation.replay import fields as f
from app.simulation.replay.fields import Reader


@dataclass(frozen=True)
class Form:
    """The fields of one kind of event. `unbuilt` names what the service cannot do yet, as a sentence; of `one_of`
    just one has to be there.
    """

    needed: Mapping[str, Reader] = field(default_factory=dict)
    optional: Mapping[str, Reader] = field(default_factory=dict)
    unbuilt: str | None = None
    one_of: tuple[str, ...] = ()


KINDS = f.one_of(*AlertKind)
CLASSES = f.one_of(*SupervisionClass)
CATEGORIES = f.one_of(*Category)
FIX = {"lon": f.LON, "lat": f.LAT, "accuracy_m": f.ACCURACY}
FIX_EXTRAS = {
    "id": f.word,
    "recorded_at": f.instant,
    "arrives_at": f.instant,
    "provider": f.word,
    "mock": f.flag,
}
LATER = "is not built yet"
RECORD = Form(
    {"subject": f.word, "officer": f.word},
    {
        "item": f.word,
        "items": f.words,
        "happened_at": f.instant,
        "ended_at": f.instant,
        "lon": f.LON,
        "lat": f.LAT,
        "accuracy_m": f.ACCURACY,
        "met": f.text,
        "note": f.text,
    },
    one_of=("item", "items"),
)
"""A visit or a talk: of one item or of several, now or, with `happened_at`, written down later."""
REPORTS = tuple(kind.value.removesuffix("_event") for kind in REPORTED)

EVENTS: Mapping[str, Form] = {
    "office": Form({"office": f.word, "county": f.word}),
    "officer": Form(
        {"officer": f.word, "role": f.one_of(*Role)},
        {"office": f.word, "county": f.word, "city": f.word, "push": f.one_of("ok", "dead", "flaky")},
    ),
    "absent": Form({"officer": f.word, "until": f.instant}),
    "register": Form(
        {"subject": f.word, "office": f.word, "class": CLASSES, "category": CATEGORIES, "home": f.place},
        {"area": f.word, "minor": f.flag, "officer": f.word},
    ),
    "judgment": Form(
        {"subject": f.word, "category": CATEGORIES, "effective_on": f.day, "office": f.word},
        {"received_on": f.day, "papers_on": f.day, "officer": f.word},
    ),
    "phone": Form(
        {"subject": f.word},
        {
            "online": f.flag,
            "platform": f.word,
            "maker": f.word,
            "carrier": f.word,
            "clock_offset_s": f.number(-1e9, 1e9),
            "reboot": f.flag,
        },
    ),
    "position": Form({"subject": f.word, **FIX}, {**FIX_EXTRAS, "speed_mps": f.number(-1, 1e5)}),
    "check_in": Form({"subject": f.word, **FIX}, FIX_EXTRAS),
    "habit": Form(
        {"subject": f.word, "checks_in": f.chance},
        {"delay_s": f.delay, "place": f.one_of("home", "last")},
    ),
    "location_habit": Form({"subject": f.word, "path": f.path}),
    "health": Form(
        {"subject": f.word},
        {"battery_percent": f.number(0, 100), "location_permission": f.word, "battery_saver": f.flag},
    ),
    "positioning_order": Form(
        {"subject": f.word, "ground": f.one_of(*Ground), "from": f.instant, "to": f.instant, "by": f.word}
    ),
    "order_lift": Form({"subject": f.word}, {"officer": f.word, "by": f.word, "reason": f.text}),
    "zone": Form(
        {"subject": f.word, "zone": f.word, "kind": f.one_of(*ZoneKind)},
        {"geometry": f.polygon, "circle": f.circle, "from": f.instant, "to": f.instant, "officer": f.word},
        one_of=("geometry", "circle"),
    ),
    "zone_remove": Form({"subject": f.word, "zone": f.word}, {"officer": f.word, "reason": f.text}),
    "class_change": Form({"subject": f.word, "class": CLASSES}, {"officer": f.word, "reason": f.text}),
    "end": Form({"subject": f.word, "reason": f.one_of(*EndReason)}, {"officer": f.word}),
    "visit": RECORD,
    "talk": RECORD,
    "waive": Form(
        {"officer": f.word, "subject": f.word},
        {"duty": f.word, "item": f.word, "reason": f.text, "not_applicable": f.flag},
        one_of=("duty", "item"),
    ),
    "waiver_decision": Form(
        {"officer": f.word, "subject": f.word, "granted": f.flag}, {"item": f.word, "answer": f.text}
    ),
    "occasion": Form(
        {"subject": f.word, "kind": f.one_of(*ENTERED)},
        {"officer": f.word, "known_since": f.instant, "on": f.day, "note": f.text},
    ),
    "occasion_withdraw": Form({"officer": f.word, "subject": f.word, "kind": f.one_of(*ENTERED)}, {"reason": f.text}),
    "report": Form({"subject": f.word, "kind": f.one_of(*REPORTS)}, {"on": f.day, "text": f.text}),
    "period": Form(
        {"officer": f.word, "title": f.word, "from": f.day, "to": f.day},
        {"office": f.word, "county": f.word, "kind": f.one_of(*PeriodKind), "reason": f.text},
        one_of=("office", "county"),
    ),
    "period_withdraw": Form({"officer": f.word, "title": f.word}, {"reason": f.text}),
    "spot_check": Form(
        {"officer": f.word, "subject": f.word, "limit_minutes": f.number(1, 1440)},
        {"reason": f.text, "ground": f.one_of(*SpotGround)},
    ),
    "ask_missed": Form({"officer": f.word, "limit_minutes": f.number(1, 1440)}),
    "acknowledge": Form({"officer": f.word, "subject": f.word, "alert": KINDS}, {"about": f.word}),
    "close": Form(
        {"officer": f.word, "subject": f.word, "alert": KINDS, "reason": f.one_of(*CloseReason), "result": f.text},
        {"about": f.word},
    ),
    "outage": Form({"what": f.word, "until": f.instant}),
    "truth": Form(
        {"subject": f.word, "kind": KINDS, "from": f.instant, "to": f.instant},
        {"cause": f.one_of("person", "phone", "service")},
    ),
    "leave": Form(
        {
            "subject": f.word,
            "from": f.instant,
            "to": f.instant,
            "destination": f.word,
            "decision": f.one_of("approved", "refused"),
        },
        {"by": f.word, "officer": f.word, "reason": f.text},
    ),
    "returned": Form({"subject": f.word}, {"officer": f.word}),
    "permit": Form(
        {"subject": f.word, "places": f.words, "from": f.instant, "to": f.instant},
        {"by": f.word, "officer": f.word, "reason": f.text, "frequency": f.text},
    ),
    "transfer": Form(unbuilt=LATER),
}

OUTAGES = ("push", "scheduler", "service")
CARRIER = re.compile(r"carrier:\S.*")
"""What may fall silent."""
