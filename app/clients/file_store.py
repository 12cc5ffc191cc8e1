"""Where files lie outside the database: a folder or a bucket. Objects are named by their own hash and never change."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol


class Found(NamedTuple):
    """An object that lies in the store, and since when by the store's own clock."""

    name: str
    stored_at: datetime


class FileStore(Protocol):
    """A place for objects. Every method raises Unavailable `file_store_away` where it cannot keep its promise."""

    def put(self, name: str, content: bytes) -> None:
        """Keep an object: when this returns, it survives a power cut. Writing the same again changes nothing."""
        ...

    def get(self, name: str) -> bytes | None:
        """The object; None where there is none."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is such an object."""
        ...

    def delete(self, name: str) -> None:
        """Delete an object; one that is gone already is deleted."""
        ...

    def all(self) -> Iterator[Found]:
        """Every object there is, in no certain order."""
        ...
