"""Files as the service keeps them: sealed under the house's keys before they leave the process, named by their hash."""

from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag

from app.clients.file_store import FileStore, Found
from app.config import Settings
from app.rules.attachments import Stored
from app.rules.errors import Unavailable
from app.store.sealing import Purpose, Sealed, open_sealed, seal, sealing_keys


class SealedFiles:
    """The one way to files. Whoever reads the store reads nothing: not even whether a known file is among them."""

    def __init__(self, store: FileStore, settings: Settings) -> None:
        self._store = store
        self._keys = sealing_keys(settings)

    @property
    def key_version(self) -> int:
        """Under which key files are sealed now."""
        return self._keys.current

    def put(self, plain: bytes, content_id: UUID | None = None) -> Stored:
        """Seal and keep; when this returns, the object is safe. The id is a new one unless it is given."""
        content_id = content_id or uuid4()
        sealed = seal(self._keys, Purpose.FILE, content_id, plain)
        name = sha256(sealed.cipher).hexdigest()
        self._store.put(name, sealed.cipher)
        return Stored(content_id, name, sealed.version)

    def get(self, stored: Stored) -> bytes:
        """The content, as it was before it was sealed. Unavailable `file_missing` where the store has lost it, or gives
        back something else.
        """
        cipher = self._store.get(stored.name)
        if cipher is None:
            raise Unavailable("file_missing")
        try:
            return open_sealed(self._keys, Purpose.FILE, stored.content_id, Sealed(stored.key_version, cipher))
        except InvalidTag as error:
            raise Unavailable("file_missing") from error

    def has(self, stored: Stored) -> bool:
        """Whether the object is there."""
        return self._store.has(stored.name)

    def delete(self, name: str) -> None:
        """Delete an object for good."""
        self._store.delete(name)

    def all(self) -> Iterator[Found]:
        """Every object in the store."""
        return self._store.all()
