"""From what was found to what follows: episodes kept, alerts raised, recovered and corrected, marks written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules.effects import Decision, Effect, RaiseAlert, RecoverAlert
from app.rules.effects.causes import WeighCause
from app.rules.effects.places import DropEpisode, KeepEpisode, MarkFixes
from app.rules.facts import About, AlertKind, Cause, Reason, Strength
from app.rules.places.crossings import How
from app.rules.places.episodes import Bound, Episode, Findings, Known, Over, Track
from app.rules.places.marks import FOUND
from app.rules.places.why import Judged, Seen, is_clear, judged, recovered
from app.rules.policy import Policy

EPISODES = uuid5(NAMESPACE_URL, "zhifang:place-episode")
RULE_CODE = "places"
SOURCE = "place_episode"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the judging is about, who answers for them, and the policy in force."""

    subject_id: UUID
    office_id: UUID
    policy_version_id: UUID
    policy: Policy


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the fix lies that is told of: its county, and what those places are called that leave allowed then."""

    county: str | None = None
    destinations: tuple[str, ...] = ()


def told_of(findings: Findings, track: Track) -> Iterator[int]:
    """The fixes, by their place in the track, whose county an alert would name."""
    for episode in findings.episodes:
        if episode.seen and (episode.known is None or _grown(episode, track)):
            yield episode.seen[-1]


def decide(
    person: Person, track: Track, findings: Sequence[Findings], spots: Mapping[int, Spot], *, now: datetime
) -> tuple[Decision, Decision]:
    """What follows, in two steps that are applied one after the other: an episode that is new and over already is
    raised by the first and recovered by the second.
    """
    deciding = _Deciding(person, track, spots, now)
    for one in findings:
        deciding.correct(one)
        for episode in one.episodes:
            deciding.tell(one.bound, episode)
    return Decision(tuple(deciding.first)), Decision(tuple(deciding.second))


def marks(
    person: Person, track: Track, since: datetime, known: frozenset[tuple[UUID, str]], *, now: datetime
) -> Decision:
    """The marks of the fixes from `since` on, where they differ from the known ones: pairs of a fix's id and a mark."""
    found = [
        (point.at, point.id, mark.value)
        for point, weight in zip(track.points, track.weights, strict=True)
        if point.at >= since
        for mark in weight.marks
        if mark in FOUND
    ]
    if {(fix_id, mark) for _, fix_id, mark in found} == known:
        return Decision()
    return Decision((MarkFixes(person.subject_id, since, tuple(found), now),))


@dataclass(slots=True)
class _Deciding:
    """The effects for one person, as they are found."""

    person: Person
    track: Track
    spots: Mapping[int, Spot]
    now: datetime
    first: list[Effect] = field(default_factory=list)
    second: list[Effect] = field(default_factory=list)

    def correct(self, findings: Findings) -> None:
        """Episodes whose ground fell away."""
        for known in findings.groundless:
            self.first.append(DropEpisode(known.id, self.now))
            self.first.append(self._recover(findings.bound, known.id, known.from_at, Reason("place_groundless")))

    def tell(self, bound: Bound, episode: Episode) -> None:
        """An episode that is new, goes on or is over."""
        kept = self._kept(bound, episode)
        if kept is None:
            return
        self.first.append(kept)
        if episode.known is None:
            self.first.append(self._raise(bound, episode, kept))
        elif _grown(episode, self.track):
            self.first.append(self._weigh(bound, episode, episode.known, kept))
        if episode.until is not None and _newly_over(episode):
            why = recovered(bound.kind, episode.over or Over.RETURNED, episode.until)
            over = self._recover(bound, kept.id, episode.until, why)
            (self.second if episode.known is None else self.first).append(over)

    def _kept(self, bound: Bound, episode: Episode) -> KeepEpisode | None:
        """The episode as it is to be kept; None where nothing is new."""
        known = episode.known
        seen = [self.track.points[n] for n in episode.seen]
        fresh = sum(known is None or point.received_at > known.judged_at for point in seen)
        last = max((point.at for point in seen), default=episode.from_at)
        if known is not None:
            last = max(last, known.last_seen_at) if episode.until is None else last
            same = (known.from_at, known.decided_at, known.until, known.ended_at)
            if not fresh and same == (episode.from_at, episode.decided_at, episode.until, episode.ended_at):
                return None
        return KeepEpisode(
            id=known.id if known else self._id(bound, episode),
            subject_id=self.person.subject_id,
            kind=bound.kind,
            about=bound.about,
            from_at=episode.from_at,
            decided_at=episode.decided_at,
            until=episode.until,
            ended_at=episode.ended_at,
            over=episode.over.value if episode.over else None,
            how=episode.how.value,
            last_seen_at=max(last, episode.from_at),
            fixes=(known.fixes if known else 0) + fresh,
            late=self._late(episode),
            at=self.now,
        )

    def _id(self, bound: Bound, episode: Episode) -> UUID:
        """Anew for each telling: an episode that was withdrawn and is found again is told again."""
        parts = (self.person.subject_id, bound.kind, bound.about.id, episode.from_at, self.now)
        return uuid5(EPISODES, "|".join(map(str, parts)))

    def _late(self, episode: Episode) -> bool:
        """Whether what decided arrived much later than it happened."""
        points = self.track.points
        arrived = [points[n].received_at for n in episode.seen if points[n].at <= episode.decided_at]
        late = timedelta(minutes=self.person.policy.places.late_min)
        return bool(arrived) and max(arrived) - episode.decided_at > late

    def _raise(self, bound: Bound, episode: Episode, kept: KeepEpisode) -> RaiseAlert:
        found = self._judged(bound, episode, kept, episode.from_at)
        return RaiseAlert(
            subject_id=self.person.subject_id,
            office_id=self.person.office_id,
            kind=bound.kind,
            about=bound.about,
            source=About(SOURCE, kept.id),
            event_at=episode.from_at,
            at=self.now,
            why=found.why,
            cause=found.cause,
            strength=found.strength,
            rule_code=RULE_CODE,
            policy_version_id=self.person.policy_version_id,
            late=kept.late,
            evidence={**found.evidence, "how": episode.how.value, "county": self._spot(episode).county},
        )

    def _weigh(self, bound: Bound, episode: Episode, known: Known, kept: KeepEpisode) -> WeighCause:
        """What one circle showed, others have borne out."""
        found = self._judged(bound, replace(episode, how=How.RUN), kept, known.from_at)
        proven = all(self.track.points[n].proven for n in episode.seen)
        cause = Cause.PERSON if proven else Cause.UNSURE
        why = Reason(
            found.why.code, tuple((k, Strength.STRONG.value if k == "strength" else v) for k, v in found.why.params)
        )
        source = About(SOURCE, known.id)
        return WeighCause(
            self.person.subject_id, bound.kind, source, known.from_at, self.now, cause, Strength.STRONG, why
        )

    def _judged(self, bound: Bound, episode: Episode, kept: KeepEpisode, from_at: datetime) -> Judged:
        points, weights = self.track.points, self.track.weights
        beyond = bound.beyond[episode.region]
        seen = [Seen(points[n], weights[n], beyond[n] or 0.0) for n in episode.seen]
        spot = self._spot(episode)
        return judged(
            bound.kind,
            episode.how,
            seen,
            from_at=from_at,
            fixes=kept.fixes,
            county=spot.county,
            destinations=spot.destinations if bound.kind is AlertKind.LEFT_AREA else (),
            policy=self.person.policy,
            late=kept.late,
        )

    def _spot(self, episode: Episode) -> Spot:
        return self.spots.get(episode.seen[-1], Spot()) if episode.seen else Spot()

    def _recover(self, bound: Bound, episode_id: UUID, at: datetime, why: Reason) -> RecoverAlert:
        source = About(SOURCE, episode_id)
        return RecoverAlert(self.person.subject_id, bound.kind, bound.about, at, self.now, why, source=source)


def _grown(episode: Episode, track: Track) -> bool:
    """Whether the fixes beyond have just become as many as a run asks for, all that are seen now clear and unmarked."""
    known, departure = episode.known, track.departure
    if known is None or known.fixes >= departure.circles or not episode.seen:
        return False
    points = [track.points[n] for n in episode.seen]
    fresh = sum(point.received_at > known.judged_at for point in points)
    lasted = points[-1].at - known.from_at
    return (
        known.fixes + fresh >= departure.circles
        and lasted >= timedelta(minutes=departure.over_min)
        and all(is_clear(track.points[n], track.weights[n]) for n in episode.seen)
    )


def _newly_over(episode: Episode) -> bool:
    """Whether its end is new, or earlier than was known."""
    if episode.until is None:
        return False
    return episode.known is None or episode.known.until is None or episode.until < episode.known.until
