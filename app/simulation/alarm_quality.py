"""How good the alarms are: made-up counties are played, their alarms compared with what was true, and with the bar."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from app.simulation.counties.scenario import scenario_lines
from app.simulation.counties.spec import Spec
from app.simulation.replay.engine import replay
from app.simulation.replay.scenario import ScenarioError, read_scenario
from app.simulation.replay.vocabulary import EVENTS

PLACE_KINDS = ("left_area", "forbidden_zone", "left_zone")
UNBARRED = ("suspected_separation", "suspected_fake")
"""Kinds that ask a person to look: counted, without a bar."""
OPTIONAL = ("zone", "leave", "permit")
RECALL, PRECISION, DELAY_S, FALSE, CAUSE, PUSHES = 0.99, 0.9, 600, 0.05, 0.9, 3.0

Line = dict[str, Any]
MET = {True: "yes", False: "**no**", None: "nothing seen"}


@dataclass(frozen=True)
class Played:
    """One county that was played: its score by kind, pushes by officer, and what was refused."""

    spec: Spec
    scores: Mapping[str, Line]
    pushes: Mapping[str, int]
    pushed_kinds: Mapping[str, int]
    opened: Mapping[str, int]
    refused: Mapping[str, int]

    @property
    def pushes_per_officer_day(self) -> float:
        """Pushes that reached officers of the offices; the county's own people are counted apart."""
        return sum(n for who, n in self.pushes.items() if _of_office(who)) / (self.spec.offices * self.spec.days)


@dataclass(frozen=True)
class Row:
    """One line of the bar: what was wanted, what was found, and whether it is met; None where nothing was seen."""

    what: str
    wanted: str
    found: str
    met: bool | None


def unbuilt() -> frozenset[str]:
    """What a made-up county has to go without, because the replay cannot play it yet."""
    found = {do for do in OPTIONAL if EVENTS[do].unbuilt}
    day = Spec(1, 1, 1, without=frozenset(found | {"carrier"}))
    at = day.start.isoformat()
    outage = json.dumps({"at": at, "do": "outage", "what": "carrier:mobile", "until": day.end.isoformat()})
    try:
        read_scenario([*islice(scenario_lines(day), 1), outage])
    except ScenarioError:
        found.add("carrier")
    return frozenset(found)


def play(
    spec: Spec, write: Callable[[str], None] = lambda _: None, so_far: Callable[[Played], None] | None = None
) -> Played:
    """Make a county up, play it, and count. `write` sees each line of the replay's output, `so_far` each day."""
    scores: dict[str, Line] = {}
    pushes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    refused: Counter[str] = Counter()

    def take(text: str) -> None:
        write(text)
        line = json.loads(text)
        match line["did"]:
            case "score":
                scores[line["kind"]] = line
            case "push" if line["result"] == "sent" and not line["to"].startswith("subject"):
                pushes[line["to"]] += 1
                kinds[line["kind"]] += _of_office(line["to"])
            case "alert" if line["state"] in {"opened", "counted"}:
                opened[line["kind"]] += 1
            case "refused":
                refused[line["reason"]] += 1

    def after(now: datetime, lines: list[Line]) -> None:
        if so_far is not None:
            shorter = replace(spec, days=round((now - spec.start) / timedelta(days=1)))
            so_far(Played(shorter, {line["kind"]: line for line in lines}, pushes, kinds, opened, refused))

    replay(read_scenario(scenario_lines(spec)), take, after)
    return Played(spec, scores, pushes, kinds, opened, refused)


def bar(counties: Sequence[Played]) -> list[Row]:
    """The bar over all counties together; delays by the worst of them."""
    rows = [row for kind in PLACE_KINDS for row in _place_rows(kind, [county.scores[kind] for county in counties])]
    months = sum(county.spec.subjects * county.spec.days / 30 for county in counties)
    false = sum(county.scores[kind]["false"] for county in counties for kind in PLACE_KINDS)
    rows.append(Row("false alerts about places, a subject and month", f"<= {FALSE}", *_most(false / months, FALSE)))
    right = _weighted([county.scores["lost_contact"] for county in counties])
    rows.append(Row("cause of `lost_contact` right", f">= {CAUSE}", *_least(right, CAUSE)))
    pushes = max(county.pushes_per_officer_day for county in counties)
    rows.append(Row("pushes an officer and day, at most", f"<= {PUSHES:g}", *_most(pushes, PUSHES)))
    return rows


def _place_rows(kind: str, scores: Sequence[Line]) -> list[Row]:
    true, missed, occurred = (sum(score[key] for score in scores) for key in ("true", "missed", "occurrences"))
    delays = [score["delay_s"]["p95"] for score in scores if score["delay_s"]["p95"] is not None]
    delay = max(delays, default=None)
    return [
        Row(f"`{kind}` recall", f">= {RECALL}", *_least(true / (true + missed) if true + missed else None, RECALL)),
        Row(f"`{kind}` precision", f">= {PRECISION}", *_least(true / occurred if occurred else None, PRECISION)),
        Row(f"`{kind}` delay p95, s", f"< {DELAY_S}", *_under(delay, DELAY_S)),
    ]


def _weighted(scores: Sequence[Line]) -> float | None:
    """The share of right causes over all true ones."""
    known = [(score["cause_right"], score["true"]) for score in scores if score["cause_right"] is not None]
    return sum(share * true for share, true in known) / sum(true for _, true in known) if known else None


def _least(found: float | None, wanted: float) -> tuple[str, bool | None]:
    return ("-", None) if found is None else (f"{found:.3f}", found >= wanted)


def _under(found: float | None, wanted: float) -> tuple[str, bool | None]:
    return ("-", None) if found is None else (f"{found:g}", found < wanted)


def _most(found: float, wanted: float) -> tuple[str, bool]:
    return f"{found:.3f}", found <= wanted


def _of_office(who: str) -> bool:
    return who.startswith("officer-")


def tables(counties: Sequence[Played]) -> str:
    """All tables as Markdown: the bar, what is counted without one, and the figures of each county."""
    rows = ["| what | wanted | found | met |", "|---|---|---|---|"]
    rows += [f"| {r.what} | {r.wanted} | {r.found} | {MET[r.met]} |" for r in bar(counties)]
    rows += ["", *_without_bar(counties), "", *_figures(counties)]
    return "\n".join(rows)


def _without_bar(counties: Sequence[Played]) -> list[str]:
    """How often a person was asked to look, over all counties together."""
    rows = ["| asks a person to look | found | not found | false | precision |", "|---|---|---|---|---|"]
    for kind in UNBARRED:
        scores = [county.scores[kind] for county in counties if kind in county.scores]
        true, missed, false, all_ = (sum(s[key] for s in scores) for key in ("true", "missed", "false", "occurrences"))
        share = f"{true / all_:.2f}" if all_ else "-"
        rows.append(f"| `{kind}` | {true} | {missed} | {false} | {share} |")
    return rows


def _figures(counties: Sequence[Played]) -> list[str]:
    head = ("seed", "kind", "true", "false", "of which twice", "missed", "unobservable", "delay p50, s", "delay p95, s")
    rows = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for county in counties:
        for kind, s in county.scores.items():
            cells = (s["true"], s["false"], s["duplicates"], s["missed"], s["unobservable"], *s["delay_s"].values())
            rows.append(
                f"| {county.spec.seed} | `{kind}` | " + " | ".join("-" if c is None else f"{c}" for c in cells) + " |"
            )
    rows.append("")
    for county in counties:
        told = ", ".join(f"{kind} {n}" for kind, n in sorted(county.pushed_kinds.items()))
        refused = ", ".join(f"{reason} {n}" for reason, n in sorted(county.refused.items())) or "nothing"
        pushed = f"{county.pushes_per_officer_day:.2f} pushes an officer and day ({told or 'none'})"
        rows.append(f"Seed {county.spec.seed}: {pushed}; refused: {refused}.")
    return rows
