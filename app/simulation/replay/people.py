"""What people and their phones do by themselves: polls, location checks, check-ins by habit, sending what is queued."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.simulation.replay.chance import fraction
from app.simulation.replay.county import County
from app.simulation.replay.outlet import Outlet
from app.simulation.replay.phone import BATCH, Answer, Fix, Message, Phone
from app.simulation.replay.timeline import Timeline

HABIT_ACCURACY_M = 20.0

WINDOWS = text(
    """
    SELECT id, subject_id, kind, opens_at, random FROM duties
    WHERE kind IN ('check_in', 'location_check') AND state IN ('planned', 'open')
      AND opens_at >= :from_at AND opens_at < :to_at AND (CAST(:only AS uuid) IS NULL OR subject_id = :only)
    ORDER BY opens_at, subject_id, rule_code
    """
)


@dataclass
class Habit:
    """How a person checks in: how likely, how long after a window opens (s), and from where."""

    chance: float
    delay_s: tuple[float, float]
    at_home: bool


@dataclass
class People:
    """Everybody with a phone. The engine tells when; what is sent goes through the service's own interface."""

    county: County
    timeline: Timeline
    outlet: Outlet
    homes: dict[str, Fix] = field(default_factory=dict)
    habits: dict[str, Habit] = field(default_factory=dict)
    paths: dict[str, tuple[tuple[datetime, float, float, float], ...]] = field(default_factory=dict)
    seen: set[UUID] = field(default_factory=set)
    unshown: dict[str, list[datetime]] = field(default_factory=dict)
    polled_at: dict[str, datetime] = field(default_factory=dict)
    answered: set[UUID] = field(default_factory=set)
    tracked: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict)
    tracking: set[str] = field(default_factory=set)
    sent: int = 0

    @property
    def now(self) -> datetime:
        """The true time."""
        return self.county.clock.now()

    def look_ahead(self, to_at: datetime, only: str | None = None) -> None:
        """Note every window that opens before `to_at`: a phone's poll then, and a person who knows a fixed one.

        `only`: the windows of one person, where nothing can have changed for the others.
        """
        names = self.county.names
        only_id = None if only is None else self.county.subjects[only]
        with self.county.deps.autocommit() as connection:
            windows = connection.execute(WINDOWS, {"from_at": self.now, "to_at": to_at, "only": only_id}).all()
        for window in windows:
            subject = names[window.subject_id]
            if window.id in self.seen or subject not in self.county.phones:
                continue
            self.seen.add(window.id)
            if window.kind == "check_in" and not window.random and subject in self.habits:
                self._intend(subject, window.id, window.opens_at)
                continue
            if window.kind == "check_in":
                self.unshown.setdefault(subject, []).append(window.opens_at)
            self._poll_for(subject, window.opens_at)

    def poll_next(self, subject: str, from_at: datetime) -> None:
        """The phone's first regular poll at or after `from_at`: something may be new to it then."""
        if subject in self.county.phones:
            self.unshown.setdefault(subject, []).append(max(from_at, self.now))
            self._poll_at(subject, self.county.phones[subject].next_poll(max(from_at, self.now)))

    def _poll_for(self, subject: str, opens_at: datetime) -> None:
        """The first regular poll in a window, unless a push woke the phone in it before: then it changes nothing."""

        def poll() -> None:
            if subject not in self.polled_at or self.polled_at[subject] < opens_at:
                self.poll(subject)

        self.timeline.add(self.county.phones[subject].next_poll(opens_at), poll)

    def _poll_at(self, subject: str, at: datetime) -> None:
        self.timeline.add(at, lambda: self.poll(subject))

    def poll(self, subject: str) -> None:
        """The phone asks what it may collect, answers a check, and shows its owner an open window."""
        phone = self.county.phones.get(subject)
        if phone is None or not phone.online:
            return
        answer = self.county.ask_as_phone(subject, "GET", "/collection")
        if answer is None:
            self._poll_at(subject, phone.next_poll(self.now + timedelta(seconds=1)))
            return
        self.polled_at[subject] = self.now
        if not answer.taken or answer.body["mode"] != "continuous":
            self.tracked.pop(subject, None)
        if not answer.taken or answer.body["mode"] == "none":
            return
        self._report_place(subject, answer.body)
        if subject in self.habits and any(opens_at <= self.now for opens_at in self.unshown.get(subject, ())):
            self._show_windows(subject)

    def _report_place(self, subject: str, collection: dict[str, Any]) -> None:
        """A phone reports its place when asked, if the scenario tells it; under an order its path goes on doing so."""
        fix = self._place(subject)
        if fix is None or (collection["mode"] == "continuous" and subject not in self.paths):
            return
        if collection["mode"] != "continuous":
            self.measured(subject, fix, line=0)
            return
        until, step = datetime.fromisoformat(collection["until"]), timedelta(seconds=collection["interval_s"])
        self.tracked[subject] = (until, step)
        if subject not in self.tracking:
            self.tracking.add(subject)
            self._track(subject)

    def _track(self, subject: str) -> None:
        """Under an order the phone reports at the interval that its last poll told, until the order's end."""
        until, step = self.tracked.get(subject, (self.now, timedelta(0)))
        fix = self._place(subject)
        if self.now >= until or fix is None or subject not in self.county.phones:
            self.tracking.discard(subject)
            return
        self.measured(subject, fix, line=0)
        self.timeline.add(self.now + step, lambda: self._track(subject))

    def _place(self, subject: str) -> Fix | None:
        if subject in self.paths:
            path = self.paths[subject]
            reached = bisect_right(path, self.now, key=lambda point: point[0])
            return Fix(*path[max(0, reached - 1)][1:])
        habit = self.habits.get(subject)
        if habit is None:
            return None
        return self.homes[subject] if habit.at_home else self.county.phones[subject].last_fix

    def _show_windows(self, subject: str) -> None:
        answer = self.county.ask_as_phone(subject, "GET", "/duties")
        if answer is None or not answer.taken:
            return
        self.unshown[subject] = [opens_at for opens_at in self.unshown[subject] if opens_at > self.now]
        for duty in answer.body["items"]:
            if duty["kind"] in {"check_in", "spot_check"} and duty["state"] == "open":
                self._intend(subject, UUID(duty["id"]), datetime.fromisoformat(duty["opens_at"]))

    def _intend(self, subject: str, duty_id: UUID, opens_at: datetime) -> None:
        """The person knows of a window: whether and when to check in is drawn once."""
        habit = self.habits[subject]
        if duty_id in self.answered:
            return
        self.answered.add(duty_id)
        seed = self.county.header.seed
        if fraction(seed, "checks in", subject, duty_id) >= habit.chance:
            return
        low, high = habit.delay_s
        at = opens_at + timedelta(seconds=round(low + (high - low) * fraction(seed, "delay", subject, duty_id)))
        self.timeline.add(max(at, self.now), lambda: self._check_in_by_habit(subject))

    def _check_in_by_habit(self, subject: str) -> None:
        """As was meant to be, unless the person has not been with the phone since."""
        if subject not in self.county.phones or not self.habits[subject].chance:
            return
        home = self.homes[subject]
        place = home if self.habits[subject].at_home else self._place(subject) or home
        self.check_in(subject, Fix(place.lon, place.lat, HABIT_ACCURACY_M), line=0)

    def check_in(self, subject: str, fix: Fix, *, line: int, **given: Any) -> None:
        """One try at a check-in, now."""
        position: dict[str, Any] = dict(fix.as_json())
        position |= {key: given.pop(key) for key in ("provider", "mock") if key in given}
        self._tell(subject, "/checkins", {"position": position, **given}, line)

    def measured(self, subject: str, fix: Fix, *, line: int, **given: Any) -> None:
        """The phone measured its place, now."""
        if subject in self.county.phones:
            self.county.phones[subject].last_fix = fix
        self._tell(subject, "/positions", {**fix.as_json(), **given}, line)

    def _tell(self, subject: str, path: str, content: dict[str, Any], line: int) -> None:
        phone = self.county.phones.get(subject)
        if phone is None:
            self.outlet.say(self.now, "refused", line=line, reason="session_ended")
            return
        self.sent += 1
        arrives_at = content.pop("arrives_at", None)
        name = content.pop("id", f"{line}.{self.sent}")
        event = phone.event({**content, "id": str(self.county.id(subject, path, name))}, self.now)
        phone.queue.append(Message(path, event, self.now, phone.boot, line, self.sent, arrives_at))
        if arrives_at is not None:
            self.timeline.add(arrives_at, lambda: self.flush(subject, forced=True))
        else:
            self.flush(subject)

    def tell_health(self, subject: str, content: dict[str, Any], line: int) -> None:
        """The phone tells how it is, when it next can."""
        phone = self.county.phones.get(subject)
        if phone is None:
            self.outlet.say(self.now, "refused", line=line, reason="session_ended")
            return
        self.sent += 1
        event = {**content, "id": str(self.county.id(subject, "/device-health", f"{line}.{self.sent}"))}
        phone.queue.append(Message("/device-health", event, self.now, phone.boot, line, self.sent))
        self.flush(subject)

    def flush(self, subject: str, *, forced: bool = False) -> None:
        """Send what is queued, unless the phone is offline or waits for a next try; `forced` sends what is due."""
        phone = self.county.phones.get(subject)
        if phone is None:
            return
        if not forced and (not phone.online or (phone.retry_at is not None and self.now < phone.retry_at)):
            return
        while batch := self._next_batch(phone, forced=forced):
            if not self._send(subject, phone, batch):
                return

    def _next_batch(self, phone: Phone, *, forced: bool) -> list[Message]:
        """The next message, or the next up to 500 positions in the order in which they were measured."""
        ready = [m for m in phone.queue if (m.arrives_at is None and not forced) or self._has_to_arrive(m)]
        if not ready or ready[0].path != "/positions":
            return ready[:1]
        return [message for message in ready if message.path == "/positions"][:BATCH]

    def _has_to_arrive(self, message: Message) -> bool:
        return message.arrives_at is not None and message.arrives_at <= self.now

    def _send(self, subject: str, phone: Phone, batch: list[Message]) -> bool:
        answer = self.county.ask_as_phone(subject, "POST", batch[0].path, self._body(subject, phone, batch))
        if answer is None or answer.passing:
            self.timeline.add(phone.failed(self.now), lambda: self.flush(subject))
            return False
        phone.succeeded()
        sent = {id(message) for message in batch}
        phone.queue = [message for message in phone.queue if id(message) not in sent]
        self._tell_outcome(subject, batch, answer)
        return True

    def _body(self, subject: str, phone: Phone, batch: list[Message]) -> dict[str, Any]:
        contents = [phone.without_proof(message.content, message.boot) for message in batch]
        if batch[0].path != "/positions":
            return {**contents[0], **phone.envelope(self.now)}
        request = self.county.id(subject, "batch", *(message.number for message in batch))
        return {"request_id": str(request), "reports": contents, **phone.envelope(self.now)}

    def _tell_outcome(self, subject: str, batch: list[Message], answer: Answer) -> None:
        path, line = batch[0].path, batch[0].line
        if not answer.taken:
            self.outlet.say(self.now, "refused", line=line, reason=answer.body.get("code", str(answer.status)))
        elif path == "/checkins":
            reasons = [reason["code"] for reason in answer.body["reasons"]]
            outcome = answer.body["outcome"]
            self.outlet.say(
                self.now, "receipt", subject=subject, **{"for": "check_in"}, outcome=outcome, reasons=reasons
            )
        elif path == "/positions" and (answer.body["not_kept"] or answer.body["set_aside"]):
            aside = sorted({report["reason"] for report in answer.body["set_aside"]})
            reasons = (["not_kept"] if answer.body["not_kept"] else []) + aside
            outcome = "stored" if answer.body["stored"] else "not_stored"
            self.outlet.say(
                self.now, "receipt", subject=subject, **{"for": "position"}, outcome=outcome, reasons=reasons
            )

    def come_online(self, subject: str) -> None:
        """The connection is back, where the phone has any: what was queued goes out, then the phone polls."""
        phone = self.county.phones[subject]
        if not phone.online:
            return
        phone.succeeded()
        self.flush(subject)
        self.poll(subject)
