"""Where bytes are: a folder, and a bucket behind a server that speaks as S3 does."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.errors import Unavailable
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from stack.ports import free_port
from subgraphs.accommodation.photos.rules import upload_key
from subgraphs.accommodation.photos.storage import Storage, shared_key


class Bucket:
    """Objects by path, put, read and deleted as S3's are. Signatures are not checked here: only that there is one."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.unsigned: list[str] = []

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        if "X-Amz-Signature" not in request.query_params and "authorization" not in request.headers:
            self.unsigned.append(path)
        if request.method == "PUT":
            self.objects[path] = await request.body()
            return Response(headers={"ETag": '"1"'})
        if request.method == "POST":
            keys = re.findall(r"<Key>(.*?)</Key>", (await request.body()).decode())
            for key in keys:
                self.objects.pop(f"{path}/{key}", None)
            deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
            return Response(f"<DeleteResult>{deleted}</DeleteResult>", media_type="application/xml")
        if path not in self.objects:
            return Response(status_code=404)
        headers = {"ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"}
        return Response(self.objects[path], headers=headers)


@pytest.fixture
async def bucket() -> AsyncIterator[tuple[Bucket, str]]:
    kept, port = Bucket(), free_port()
    app = Starlette(routes=[Route("/{path:path}", kept.answer, methods=["GET", "HEAD", "PUT", "POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    yield kept, f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, accommodation: SubgraphUnderTest, tmp_path: Path, bucket: Any) -> Storage:
    given: dict[str, Any] = {"photo_folder": tmp_path}
    if request.param == "bucket":
        given |= {"photo_s3_bucket": "photos", "photo_s3_region": "auto", "photo_s3_endpoint": bucket[1]}
        given |= {"photo_s3_access_key": SecretStr("key"), "photo_s3_secret_key": SecretStr("secret")}
    return Storage(accommodation.settings.model_copy(update=given))  # type: ignore[arg-type]


async def test_what_is_written_is_read_until_it_is_deleted(storage: Storage, bucket: tuple[Bucket, str]) -> None:
    await storage.write("photos/1/small.webp", b"bytes")
    assert await storage.read("photos/1/small.webp", 5) == b"bytes"
    assert await storage.read("photos/1/small.webp", 4) is None
    assert await storage.read("photos/2/small.webp", 5) is None
    for _ in range(2):
        await storage.delete(["photos/1/small.webp", "photos/3/small.webp"])
    assert await storage.read("photos/1/small.webp", 5) is None
    assert bucket[0].unsigned == []


async def test_bytes_go_to_a_bucket_by_its_own_signed_address(
    accommodation: SubgraphUnderTest, bucket: tuple[Bucket, str], tmp_path: Path
) -> None:
    kept, endpoint = bucket
    given = {
        "photo_s3_bucket": "photos",
        "photo_s3_region": "auto",
        "photo_s3_endpoint": endpoint,
        "photo_s3_access_key": SecretStr("AKIA"),
        "photo_s3_secret_key": SecretStr("secret"),
    }
    storage = Storage(accommodation.settings.model_copy(update=given))  # type: ignore[arg-type]
    photo_id = uuid7()
    address = await storage.upload_url(photo_id, "image/png", 5, clock.now() + timedelta(minutes=15))
    assert address.startswith(f"{endpoint}/photos/uploads/{photo_id}?")
    assert "secret" not in address
    async with httpx.AsyncClient() as client:
        assert (await client.put(address, content=b"bytes")).status_code == 200
        assert await storage.read(upload_key(photo_id), 5) == b"bytes"
        elsewhere = await storage.read_url(upload_key(photo_id))
        assert elsewhere is not None
        assert (await client.get(elsewhere)).content == b"bytes"
    assert await storage.is_signed(photo_id, {"expires": "99999999999", "signature": ""}) is False
    assert kept.unsigned == []


async def test_a_bucket_that_is_away_is_to_be_asked_again(accommodation: SubgraphUnderTest) -> None:
    given = {
        "photo_s3_bucket": "photos",
        "photo_s3_region": "auto",
        "photo_s3_endpoint": f"http://127.0.0.1:{free_port()}",
        "photo_s3_access_key": SecretStr("AKIA"),
        "photo_s3_secret_key": SecretStr("secret"),
    }
    storage = Storage(accommodation.settings.model_copy(update=given))  # type: ignore[arg-type]
    for asking in (storage.read("photos/1", 1), storage.write("photos/1", b""), storage.delete(["photos/1"])):
        with pytest.raises(Unavailable):
            await asking


async def test_processes_that_share_a_folder_share_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    keys = await asyncio.gather(*(asyncio.to_thread(shared_key, folder) for _ in range(16)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert [file.name for file in folder.iterdir()] == [".signing-key"]
    assert (folder / ".signing-key").stat().st_mode & 0o077 == 0
