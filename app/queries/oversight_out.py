"""Offices and officers that stand out among the figures of one instant, each with the sentence why."""

from dataclasses import dataclass
from uuid import UUID

from app.queries.oversight import By, Tally
from app.queries.oversight_names import Named
from app.rules.oversight import NOBODY, Figure, Outlier, outliers
from app.rules.wording import oversight as words


@dataclass(frozen=True)
class StandsOut:
    """Who, by which figure, with the numbers of both sides in a sentence."""

    by: By
    key: UUID
    figure: Figure
    found: Outlier[UUID]
    why: str


def standing_out(tally: Tally, named: Named) -> tuple[StandsOut, ...]:
    """Offices first, then officers, as far as the figures were counted by them."""
    return tuple(
        StandsOut(by, one.key, Figure(one.measure.value), one, why_out(one, by, named))
        for by in (By.OFFICE, By.OFFICER)
        for one in outliers({key: counts for key, counts in tally.lines.get(by, {}).items() if key != NOBODY})
    )


def why_out(one: Outlier[UUID], by: By, named: Named) -> str:
    """The sentence, with the numbers of both sides."""
    return words.OUT_BY[one.measure].format(
        name=named.of(by, one.key),
        of=one.of,
        hits=one.hits,
        percent=words.percent(one.hits, one.of),
        peers=one.peers,
        unit=words.OUT_UNITS[by],
        rest_of=one.rest_of,
        rest_hits=one.rest_hits,
        rest_percent=words.percent(one.rest_hits, one.rest_of),
    )
