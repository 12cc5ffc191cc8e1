"""Numbers that tell made-up things apart."""

from typing import ClassVar


class Numbers:
    """1, 2, 3 … Each test begins anew: what it makes does not hang on the tests before it."""

    _all: ClassVar[list["Numbers"]] = []

    def __init__(self) -> None:
        self._last = 0
        self._all.append(self)

    def __next__(self) -> int:
        self._last += 1
        return self._last

    @classmethod
    def begin_anew(cls) -> None:
        for numbers in cls._all:
            numbers._last = 0
