"""Where bytes are: a folder, and a bucket."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis import clock
from chassis.errors import Unavailable
from chassis.testing import SubgraphUnderTest
from stack.ports import LOOPBACK, free_port
from subgraphs.accommodation.photos.storage import Storage, shared_key
from tests.accommodation.photos.bucket import Bucket


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, accommodation: SubgraphUnderTest, tmp_path: Path) -> Storage:
    given: dict[str, Any] = {"photo_folder": tmp_path}
    if request.param == "bucket":
        given |= request.getfixturevalue("bucket").settings()
    return Storage(accommodation.settings.model_copy(update=given))  # type: ignore[arg-type]


async def test_what_is_written_is_read_until_it_is_deleted(storage: Storage) -> None:
    await storage.write("photos/1/small.webp", b"bytes")
    assert await storage.read("photos/1/small.webp", 5) == b"bytes"
    assert await storage.read("photos/1/small.webp", 4) is None
    assert await storage.read("photos/2/small.webp", 5) is None
    for _ in range(2):
        await storage.delete(["photos/1/small.webp", "photos/3/small.webp"])
    assert await storage.read("photos/1/small.webp", 5) is None


async def test_what_was_put_before_a_time_goes_and_all_else_stays(storage: Storage) -> None:
    for key in ("uploads/1", "uploads/2", "photos/1/small.webp"):
        await storage.write(key, b"bytes")
    assert await storage.delete_put_before("uploads", clock.now() - timedelta(hours=1)) == 0
    assert await storage.delete_put_before("uploads", clock.now() + timedelta(minutes=1)) == 2
    assert await storage.delete_put_before("uploads", clock.now() + timedelta(minutes=1)) == 0
    kept = [await storage.read(key, 5) for key in ("uploads/1", "uploads/2", "photos/1/small.webp")]
    assert kept == [None, None, b"bytes"]


@pytest.mark.parametrize("trouble", ["nobody there", "wrong keys"])
async def test_a_bucket_that_does_not_let_us_in_is_to_be_asked_again_and_the_log_says_why(
    accommodation: SubgraphUnderTest, bucket: Bucket, trouble: str
) -> None:
    away = Bucket(f"http://{LOOPBACK}:{free_port()}", bucket.folder)
    given = away.settings() if trouble == "nobody there" else bucket.settings(secret="not ours")
    storage = Storage(accommodation.settings.model_copy(update=given))  # type: ignore[arg-type]
    for asking in (storage.read("photos/1", 1), storage.write("photos/1", b""), storage.delete(["photos/1"])):
        with capture_logs() as logs, pytest.raises(Unavailable):
            await asking
        assert [(each["event"], each["log_level"]) for each in logs] == [("photo_storage_refuses", "error")]
        assert "not ours" not in str(logs)
    assert bucket.files() == []


async def test_processes_that_share_a_folder_share_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    keys = await asyncio.gather(*(asyncio.to_thread(shared_key, folder) for _ in range(16)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert [file.name for file in folder.iterdir()] == [".signing-key"]
    assert (folder / ".signing-key").stat().st_mode & 0o077 == 0
