"""A bucket of an S3-compatible store as the store of files. The only door to botocore."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.clients.file_store import Found
from app.config import BucketSettings
from app.rules.errors import Unavailable

CONNECT_S, READ_S, TRIES = 3, 20, 2
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class BucketStore:
    """Objects of one bucket. It is opened when it is first asked: a process that needs no files pays nothing."""

    def __init__(self, settings: BucketSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._opened: Any = None

    def put(self, name: str, content: bytes) -> None:
        """One request: the store answers when the object is kept, or it is not there."""
        with _away(may_be_missing=False):
            self._client().put_object(Bucket=self._settings.bucket, Key=self._key(name), Body=content)

    def get(self, name: str) -> bytes | None:
        """The object; None where there is none."""
        try:
            with _away():
                answer = self._client().get_object(Bucket=self._settings.bucket, Key=self._key(name))
                return bytes(answer["Body"].read())
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Whether there is such an object."""
        try:
            with _away():
                self._client().head_object(Bucket=self._settings.bucket, Key=self._key(name))
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Delete an object; stores answer the same for one that is gone."""
        try:
            with _away():
                self._client().delete_object(Bucket=self._settings.bucket, Key=self._key(name))
        except FileNotFoundError:
            return

    def all(self) -> Iterator[Found]:
        """Every object under the prefix, a thousand a request."""
        with _away(may_be_missing=False):
            pages = self._client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._settings.bucket, Prefix=self._settings.prefix):
                for one in page.get("Contents", ()):
                    yield Found(one["Key"].removeprefix(self._settings.prefix), one["LastModified"].astimezone(UTC))

    def _key(self, name: str) -> str:
        return self._settings.prefix + name

    def _client(self) -> Any:
        with self._lock:
            if self._opened is None:
                self._opened = _open(self._settings)
            return self._opened


def _open(settings: BucketSettings) -> Any:
    """Checksums only where the operation needs one: not every store that speaks S3 knows the newer ones."""
    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return botocore.session.get_session().create_client(
        "s3",
        region_name=settings.region,
        endpoint_url=settings.endpoint,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
        config=config,
    )


@contextmanager
def _away(*, may_be_missing: bool = True) -> Iterator[None]:
    """Whatever keeps the store from answering, the caller tries again later. FileNotFoundError where it answers no."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if may_be_missing and code in MISSING:
            raise FileNotFoundError(code) from error
        raise Unavailable("file_store_away") from error
    except (BotoCoreError, OSError) as error:
        raise Unavailable("file_store_away") from error
