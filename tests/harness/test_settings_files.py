"""Where attachments lie, as the environment says: a folder, a bucket, or nowhere; and what is refused."""

from pathlib import Path

import pytest

from app.config import BucketSettings, SettingsError, load_settings
from tests.harness.test_settings_keys import BASE, KEYS

ALONE = {**BASE, "ZHIFANG_IDENTITY_KEY": KEYS[1]}
BUCKET = {
    "ZHIFANG_FILES_BUCKET": "zhifang",
    "ZHIFANG_FILES_ENDPOINT": "https://s3.example",
    "ZHIFANG_FILES_ACCESS_KEY": "access",
    "ZHIFANG_FILES_SECRET_KEY": "secret",
    "ZHIFANG_FILES_PREFIX": "jiangshan/",
}


def test_a_folder_a_bucket_or_nowhere() -> None:
    assert load_settings(ALONE).files is None
    assert load_settings({**ALONE, "ZHIFANG_FILES_FOLDER": "/srv/files"}).files == Path("/srv/files")
    bucket = load_settings({**ALONE, **BUCKET, "ZHIFANG_FILES_FOLDER": ""}).files
    assert bucket == BucketSettings("zhifang", "access", "secret", "https://s3.example", "us-east-1", "jiangshan/")
    assert "secret" not in repr(bucket)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**BUCKET, "ZHIFANG_FILES_FOLDER": "/srv/files"}, "exclude each other"),
        ({"ZHIFANG_FILES_FOLDER": "files"}, "absolute path"),
        ({**BUCKET, "ZHIFANG_FILES_SECRET_KEY": ""}, "ZHIFANG_FILES_SECRET_KEY is not set"),
        ({**BUCKET, "ZHIFANG_FILES_ENDPOINT": "s3.example"}, "must begin with https"),
    ],
)
def test_what_does_not_fit_is_told(given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_settings({**ALONE, **given})
