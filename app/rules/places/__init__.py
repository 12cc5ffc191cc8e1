"""Where fixes lie and what follows: verdicts by the whole circle, marks, crossings of bounds, episodes, alerts."""

from app.rules.places.crossings import LONGEST_LOOK_BACK, Depths, How, depths, look_back
from app.rules.places.deciding import Person, Spot, decide, marks, told_of
from app.rules.places.episodes import Bound, Episode, Findings, Known, Over, Track, find, is_quiet
from app.rules.places.marks import FOUND, Mark, Weight, rewound, weigh
from app.rules.places.points import Point, apart_m, metres
from app.rules.places.stretches import AreaTerm, Region, Stretch, next_change, of_area, of_zone, way_m, within
from app.rules.places.verdicts import LARGEST_ACCURACY_M, Measured, verdict

__all__ = [
    "FOUND",
    "LARGEST_ACCURACY_M",
    "LONGEST_LOOK_BACK",
    "AreaTerm",
    "Bound",
    "Depths",
    "Episode",
    "Findings",
    "How",
    "Known",
    "Mark",
    "Measured",
    "Over",
    "Person",
    "Point",
    "Region",
    "Spot",
    "Stretch",
    "Track",
    "Weight",
    "apart_m",
    "decide",
    "depths",
    "find",
    "is_quiet",
    "look_back",
    "marks",
    "metres",
    "next_change",
    "of_area",
    "of_zone",
    "rewound",
    "told_of",
    "verdict",
    "way_m",
    "weigh",
    "within",
]
