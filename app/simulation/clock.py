"""A clock that stands still until it is moved: for tests, and for replays of days that are past."""

from datetime import UTC, datetime, timedelta


class TestClock:
    """Tells the instant that it was set to. It never goes back: what follows from earlier events would not undo."""

    __test__ = False  # not a collection of tests, whatever its name begins with

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant at which the clock stands, aware, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move to `at`; refuses to go back."""
        if at < self._at:
            raise ValueError("the clock does not go back")
        self._at = at.astimezone(UTC)

    def advance(self, step: timedelta | None = None, **parts: float) -> datetime:
        """Move on by `step`, or by parts as `timedelta` takes them (`minutes=16`); gives the new instant."""
        self.set(self._at + (timedelta(**parts) if step is None else step))
        return self._at
