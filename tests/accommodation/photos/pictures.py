"""Pictures to upload, and how a client does it."""

from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from chassis.testing import SubgraphUnderTest
from tests.accommodation.backoffice import Person
from tests.accommodation.reviews.guests import Guest

REQUEST = """mutation ($input: RequestPhotoUploadInput!) { requestPhotoUpload(input: $input) {
    photoId url headers { name value } expiresAt } }"""
SET = """mutation ($id: ID!, $photos: [PhotoInput!]!) { setPhotos(accommodationId: $id, photos: $photos) {
    photos { id caption url } } }"""
GPS = 0x8825


def picture(format_: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(written, format_, **options)
    return written.getvalue()


def with_a_place(size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture that says where it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(GPS)[1] = "N"
    return picture(size=size, exif=exif)


def http(subgraph: SubgraphUnderTest) -> httpx.AsyncClient:
    return subgraph._http


def path_of(url: str) -> str:
    """What the entrance would lead to the service."""
    return url.removeprefix("http://127.0.0.1:4000")


async def requested(person: Person | Guest, data: bytes, content_type: str = "image/jpeg") -> dict[str, Any]:
    given = {"contentType": content_type, "byteLength": len(data)}
    found: dict[str, Any] = await person.get(REQUEST, input=given)
    return found


async def put(subgraph: SubgraphUnderTest, asked: dict[str, Any], data: bytes) -> int:
    headers = {each["name"]: each["value"] for each in asked["headers"]}
    return (await http(subgraph).put(path_of(asked["url"]), content=data, headers=headers)).status_code


async def uploaded(person: Person | Guest, data: bytes | None = None, content_type: str = "image/jpeg") -> str:
    """The id of a photo whose bytes are there."""
    data = picture() if data is None else data
    asked = await requested(person, data, content_type)
    assert await put(person.subgraph, asked, data) == 204
    found: str = asked["photoId"]
    return found


async def shown(subgraph: SubgraphUnderTest, url: str) -> Image.Image | None:
    answer = await http(subgraph).get(path_of(url))
    return Image.open(BytesIO(answer.content)) if answer.status_code == 200 else None
