"""The folder and the bucket keep the same promises; what differs is how each of them fails."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from app.clients.file_bucket import BucketStore
from app.clients.file_folder import FolderStore
from app.clients.file_store import FileStore
from app.clients.sealed_files import SealedFiles
from app.rules.errors import Unavailable
from tests.builders.app import settings_for_tests
from tests.builders.buckets import STORED_AT, Bucket, a_bucket

NAME, OTHER = hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"other").hexdigest()


@pytest.fixture(scope="module")
def running() -> Iterator[Bucket]:
    with a_bucket() as bucket:
        yield bucket


@pytest.fixture
def bucket(running: Bucket) -> Iterator[Bucket]:
    running.objects.clear()
    running.asked.clear()
    running.fault, running.page = None, 1000
    yield running
    running.fault = None


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> FileStore:
    return FolderStore(tmp_path) if request.param == "folder" else BucketStore(bucket.settings())


def test_what_was_put_is_there_until_it_is_deleted(store: FileStore) -> None:
    assert (store.get(NAME), store.has(NAME), list(store.all())) == (None, False, [])
    store.put(NAME, b"sealed")
    store.put(NAME, b"sealed")
    store.put(OTHER, b"sealed, too")
    assert (store.get(NAME), store.has(NAME)) == (b"sealed", True)
    assert sorted(found.name for found in store.all()) == sorted([NAME, OTHER])
    store.delete(NAME)
    store.delete(NAME)
    assert (store.get(NAME), store.has(NAME), store.get(OTHER)) == (None, False, b"sealed, too")


def test_what_lies_there_can_be_read_by_nobody_without_the_key(store: FileStore) -> None:
    plain = b"a photo of somebody" * 50
    files = SealedFiles(store, settings_for_tests())
    first, second = files.put(plain), files.put(plain)
    lies = store.get(first.name) or b""
    assert (hashlib.sha256(lies).hexdigest(), plain[:19] in lies) == (first.name, False)
    assert first.name != second.name, "nobody learns from names whether a file that he knows is kept"
    assert (files.get(first), files.get(second)) == (plain, plain)
    with pytest.raises(Unavailable, match="file_missing"):
        files.get(replace(first, content_id=uuid4()))
    store.delete(first.name)
    with pytest.raises(Unavailable, match="file_missing"):
        files.get(first)


def test_a_folder_is_the_services_alone_and_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        flushed.append(stat.S_IFMT(os.fstat(descriptor).st_mode))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    FolderStore(tmp_path).put(NAME, b"sealed")
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert flushed[-2:] == [stat.S_IFREG, stat.S_IFDIR], "the content first, then its name"


def test_what_a_power_cut_left_behind_is_listed_and_swept(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(NAME, b"sealed")
    (tmp_path / "begun" / "half").write_bytes(b"half")
    names = [found.name for found in store.all()]
    assert sorted(names) == sorted([NAME, "begun/half"])
    store.delete("begun/half")
    assert [found.name for found in store.all()] == [NAME]


def test_a_folder_that_is_not_mounted_is_away_and_not_empty(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "not there")
    for ask in (
        lambda: store.get(NAME),
        lambda: store.has(NAME),
        lambda: store.delete(NAME),
        lambda: list(store.all()),
    ):
        with pytest.raises(Unavailable, match="file_store_away"):
            ask()
    with pytest.raises(Unavailable, match="file_store_away"):
        store.put(NAME, b"sealed")
    assert not (tmp_path / "not there").exists()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        FolderStore(tmp_path).put(NAME, b"sealed")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_bucket_is_asked_under_its_prefix_and_page_by_page(bucket: Bucket) -> None:
    bucket.page = 2
    store = BucketStore(bucket.settings())
    names = [hashlib.sha256(bytes([n])).hexdigest() for n in range(5)]
    for name in names:
        store.put(name, b"sealed")
    bucket.objects["another house's/object"] = b"not ours"
    found = list(store.all())
    assert (sorted(one.name for one in found), {one.stored_at for one in found}) == (sorted(names), {STORED_AT})
    assert all(key.startswith("case/") for key in bucket.objects if "another" not in key)


@pytest.mark.parametrize("fault", ["busy", "cut"])
def test_a_bucket_that_does_not_answer_is_away_and_a_put_may_be_repeated(bucket: Bucket, fault: str) -> None:
    store = BucketStore(bucket.settings())
    bucket.fault = fault
    for ask in (lambda: store.put(NAME, b"sealed"), lambda: store.get(NAME), lambda: list(store.all())):
        with pytest.raises(Unavailable, match="file_store_away"):
            ask()
    bucket.fault = None
    store.put(NAME, b"sealed")
    assert (store.get(NAME), len(bucket.objects)) == (b"sealed", 1)


@pytest.mark.parametrize(
    "changes", [{"secret_key": "wrong"}, {"bucket": "nobody's"}, {"endpoint": "http://127.0.0.1:9"}]
)
def test_what_is_set_wrongly_keeps_nothing(bucket: Bucket, changes: dict[str, str]) -> None:
    store = BucketStore(bucket.settings(**changes))
    with pytest.raises(Unavailable, match="file_store_away"):
        store.put(NAME, b"sealed")
    assert bucket.objects == {}
