"""What happens when: a queue of dated steps, in the order of time, of kind, and of being put in."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Step = Callable[[], None]

LINE, PHONE = 0, 1
"""At one instant lines are played before what phones do by themselves."""


class Timeline:
    """Dated steps. A step may put in further ones, also for the present instant."""

    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, int, Step]] = []
        self._numbers = count()

    def add(self, at: datetime, step: Step, kind: int = PHONE) -> None:
        """Put in a step for `at`."""
        heapq.heappush(self._steps, (at, kind, next(self._numbers), step))

    def next_at(self) -> datetime | None:
        """When the next step is due; None when there is none."""
        return self._steps[0][0] if self._steps else None

    def play_until(self, now: datetime) -> int:
        """Play every step that is due at `now`, and those that they put in; gives how many."""
        played = 0
        while self._steps and self._steps[0][0] <= now:
            heapq.heappop(self._steps)[3]()
            played += 1
        return played
