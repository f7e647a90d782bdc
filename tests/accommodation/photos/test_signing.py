"""Photos in a bucket, from the first byte to the last file removed: a server that checks signatures takes part."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.jobs import remove_deleted_photos, shrink_new_photos
from subgraphs.accommodation.photos.storage import Storage
from tests.accommodation.backoffice import DELETE, Person
from tests.accommodation.photos.bucket import Bucket
from tests.accommodation.photos.pictures import SET, http, path_of, picture, requested

URLS = """query ($id: ID!) { accommodation(id: $id) { photos {
    original: url small: url(size: SMALL) medium: url(size: MEDIUM) large: url(size: LARGE) } } }"""


@pytest.fixture
def storage(accommodation: SubgraphUnderTest, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """The bucket instead of the folder, for the whole service."""
    kept = Storage(accommodation.settings.model_copy(update=bucket.settings()))  # type: ignore[arg-type]
    monkeypatch.setitem(accommodation.resources._by_type, Storage, kept)
    return kept


async def put(address: str, data: bytes, content_type: str = "image/jpeg") -> int:
    async with httpx.AsyncClient() as client:
        return (await client.put(address, content=data, headers={"content-type": content_type})).status_code


async def test_a_photo_in_a_bucket_is_uploaded_named_shown_in_four_sizes_and_removed(
    accommodation: SubgraphUnderTest, storage: Storage, bucket: Bucket, places: Any, host: Person
) -> None:
    place, data = str((await places.add(host_id=host.id)).id), picture(size=(2_000, 1_000))
    asked = await requested(host, data)
    photo = asked["photoId"]
    headers = {each["name"]: each["value"] for each in asked["headers"]}
    async with httpx.AsyncClient() as client:
        assert (await client.put(asked["url"], content=data, headers=headers)).status_code == 200
    assert bucket.files() == [f"uploads/{photo}"]
    await host.get(SET, id=place, photos=[{"photoId": photo}])
    assert bucket.files() == [f"photos/{photo}/original.jpg"]
    await shrink_new_photos(accommodation.database, storage)
    (urls,) = (await accommodation.graphql(URLS, {"id": place})).data["accommodation"]["photos"]
    for size, width in {"small": 320, "medium": 800, "large": 1_600, "original": 2_000}.items():
        there = await http(accommodation).get(path_of(urls[size]))
        assert there.status_code == 307
        async with httpx.AsyncClient() as client:
            shown = await client.get(there.headers["location"])
        assert Image.open(BytesIO(shown.content)).size == (width, width // 2)
    await host.get(DELETE, id=place)
    await remove_deleted_photos(accommodation.database, storage)
    assert bucket.files() == []


async def test_an_address_of_a_bucket_takes_what_it_was_given_for_and_nothing_else(
    accommodation: SubgraphUnderTest, storage: Storage, bucket: Bucket, host: Person
) -> None:
    data = picture()
    asked, other = await requested(host, data), await requested(host, data)
    address = asked["url"]
    assert await put(address, data + b"!") == 403
    assert await put(address, data[:-1]) == 403
    assert await put(address, data, "text/html") == 403
    assert await put(address.replace(asked["photoId"], other["photoId"]), data) == 403
    assert await put(address.replace("content-length%3B", ""), data) == 403
    assert await put(address.replace("X-Amz-Expires=8", "X-Amz-Expires=9"), data) == 403
    strange = Storage(accommodation.settings.model_copy(update=bucket.settings(secret="another")))  # type: ignore[arg-type]
    forged = await strange.upload_url(uuid7(), "image/jpeg", len(data), clock.now() + timedelta(minutes=15))
    assert await put(forged, data) == 403
    over = await storage.upload_url(uuid7(), "image/jpeg", len(data), clock.now() + timedelta(milliseconds=500))
    assert await put(over, data) == 403
    assert bucket.files() == []
    assert await put(address, data) == 200
    assert bucket.files() == [f"uploads/{asked['photoId']}"]
    # One door: what the folder's address would be is none where there is a bucket.
    given = {"type": "image/jpeg", "length": "1", "expires": "99999999999", "signature": ""}
    assert (await http(accommodation).put(f"/uploads/{uuid7()}", params=given, content=b"x")).status_code == 403


@pytest.mark.parametrize(
    ("data", "code"), [(b"<html>" * 10, "NOT_A_PICTURE"), (picture("PNG"), "NOT_A_PICTURE"), (None, "NOT_UPLOADED")]
)
async def test_what_is_no_picture_stays_out_of_sight_and_goes_after_a_day(
    accommodation: SubgraphUnderTest,
    storage: Storage,
    bucket: Bucket,
    places: Any,
    host: Person,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes | None,
    code: str,
) -> None:
    place = str((await places.add(host_id=host.id)).id)
    asked = await requested(host, data or b"never sent")
    if data is not None:
        assert await put(asked["url"], data) == 200
    answer = await host.ask(SET, id=place, photos=[{"photoId": asked["photoId"]}])
    assert answer.codes == ["INVALID_INPUT"]
    assert code in json.dumps(answer.errors)
    assert bucket.files() == ([] if data is None else [f"uploads/{asked['photoId']}"])
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    await remove_deleted_photos(accommodation.database, storage)
    assert bucket.files() == []
