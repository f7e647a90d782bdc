"""Photos of places, from the first byte to the last file removed."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.jobs import remove_deleted_photos, remove_forgotten_uploads, shrink_new_photos
from subgraphs.accommodation.photos.storage import Storage
from subgraphs.accommodation.photos.tables import Photo
from tests.accommodation.backoffice import DELETE, Person, a_host
from tests.accommodation.photos.pictures import (
    GPS,
    REQUEST,
    SET,
    http,
    path_of,
    picture,
    put,
    requested,
    shown,
    uploaded,
    with_a_place,
)
from tests.accommodation.reviews.guests import CHANGE, CREATE, Guest
from tests.accommodation.reviews.guests import DELETE as DELETE_REVIEW

URLS = """query ($id: ID!) { accommodation(id: $id) { photos {
    caption original: url small: url(size: SMALL) medium: url(size: MEDIUM) large: url(size: LARGE) } } }"""

NO_PHOTO = "01990000-0000-7000-8000-000000000000"


def files(subgraph: SubgraphUnderTest) -> list[str]:
    folder: Path = subgraph.settings.photo_folder  # type: ignore[attr-defined]
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file() and each.name[0] != ".")


async def urls(subgraph: SubgraphUnderTest, place: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await subgraph.graphql(URLS, {"id": str(place)})).data["accommodation"]["photos"]
    return found


@pytest.fixture(autouse=True)
def no_files(accommodation: SubgraphUnderTest) -> None:
    folder: Path = accommodation.settings.photo_folder  # type: ignore[attr-defined]
    for name in files(accommodation):
        (folder / name).unlink()


async def test_a_photo_is_uploaded_named_and_shown_in_four_sizes(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    place = (await places.add(host_id=host.id)).id
    photo = await uploaded(host, with_a_place((2_000, 1_000)))
    assert files(accommodation) == [f"uploads/{photo}"]
    named = await host.get(SET, id=str(place), photos=[{"photoId": photo, "caption": " "}])
    assert [(each["id"], each["caption"]) for each in named["photos"]] == [(photo, None)]
    named = await host.get(SET, id=str(place), photos=[{"photoId": photo, "caption": " The sea "}])
    assert [(each["id"], each["caption"]) for each in named["photos"]] == [(photo, "The sea")]
    assert files(accommodation) == [f"photos/{photo}/original.jpg"]
    (before,) = await urls(accommodation, place)
    assert before["small"] == before["original"]
    original = await shown(accommodation, before["original"])
    assert original is not None
    # Upright, and where it was taken is not told.
    assert (original.format, original.size, len(original.getexif().get_ifd(GPS))) == ("JPEG", (1_000, 2_000), 0)
    await shrink_new_photos(accommodation.database, accommodation.resources[Storage])
    (after,) = await urls(accommodation, place)
    for size, expected in {"small": (320, 640), "medium": (800, 1_600), "large": (1_000, 2_000)}.items():
        image = await shown(accommodation, after[size])
        assert image is not None
        assert (image.format, image.size) == ("WEBP", expected)


async def test_photos_replace_those_shown_in_their_order_and_what_is_left_out_goes(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    place = str((await places.add(host_id=host.id)).id)
    first, second, third = [await uploaded(host) for _ in range(3)]
    for chosen in ([first, second], [third, first], [third]):
        named = await host.get(SET, id=place, photos=[{"photoId": each} for each in chosen])
        assert [each["id"] for each in named["photos"]] == chosen
    assert (await host.ask(SET, id=place, photos=[{"photoId": first}])).codes == ["INVALID_INPUT"]
    await remove_deleted_photos(accommodation.database, accommodation.resources[Storage])
    assert files(accommodation) == [f"photos/{third}/original.jpg"]
    await host.get(DELETE, id=place)
    await remove_deleted_photos(accommodation.database, accommodation.resources[Storage])
    assert files(accommodation) == []


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [
        (b"<html>" * 10, "image/jpeg", "NOT_A_PICTURE"),
        (picture("PNG"), "image/jpeg", "NOT_A_PICTURE"),
        (picture()[:-200], "image/jpeg", "NOT_A_PICTURE"),
        (picture("GIF"), "image/webp", "NOT_A_PICTURE"),
        (picture("PNG", (7_100, 7_100)), "image/png", "NOT_A_PICTURE"),
        (None, "image/png", "NOT_UPLOADED"),
    ],
    ids=["html", "another type", "cut off", "gif", "too many pixels", "nothing"],
)
async def test_what_is_no_picture_is_not_named(
    accommodation: SubgraphUnderTest, places: Any, host: Person, data: bytes | None, content_type: str, code: str
) -> None:
    place = (await places.add(host_id=host.id)).id
    if data is None:
        photo = (await requested(host, b"x", content_type))["photoId"]
    else:
        photo = await uploaded(host, data, content_type)
    answer = await host.ask(SET, id=str(place), photos=[{"photoId": photo}])
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "photos.0", "code": code}]
    assert await urls(accommodation, place) == []
    assert not [name for name in files(accommodation) if name.startswith("photos")]


async def test_an_address_is_good_for_what_it_was_given_for_and_no_longer(
    accommodation: SubgraphUnderTest, host: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = picture()
    asked = await requested(host, data)
    other = await requested(host, data)
    swapped = asked | {"url": asked["url"].replace(asked["photoId"], other["photoId"])}
    longer = asked | {"url": asked["url"].replace(f"length={len(data)}", "length=99999999")}
    nothing = asked["url"].split("?")[0]
    strange = [f"{nothing}?expires=99999999999&signature=%C3%A9", f"{nothing}?expires={'9' * 5_000}&signature=x"]
    for forged in (swapped, longer, *(asked | {"url": url} for url in (nothing, *strange))):
        assert await put(accommodation, forged, data) == 403
    assert await put(accommodation, asked, data + b"!") == 400
    assert await put(accommodation, asked, data[:-1]) == 400
    assert await put(accommodation, asked | {"headers": [{"name": "content-type", "value": "text/html"}]}, data) == 400
    assert files(accommodation) == []
    assert await put(accommodation, asked, data) == 204
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert await put(accommodation, other, data) == 403
    assert files(accommodation) == [f"uploads/{asked['photoId']}"]


async def test_nobody_names_anothers_photo(accommodation: SubgraphUnderTest, places: Any, host: Person) -> None:
    theirs = await uploaded(a_host(accommodation))
    place = (await places.add(host_id=host.id)).id
    for photo in (theirs, str(uuid7())):
        answer = await host.ask(SET, id=str(place), photos=[{"photoId": photo}])
        assert answer.codes == ["INVALID_INPUT"]
    assert await urls(accommodation, place) == []
    answer = await accommodation.graphql(SET, {"id": str(place), "photos": []}, face="admin")
    assert answer.codes == ["UNAUTHENTICATED"]


async def test_an_upload_is_refused_by_what_is_said_of_it(accommodation: SubgraphUnderTest, host: Person) -> None:
    document = "mutation ($input: RequestPhotoUploadInput!) { requestPhotoUpload(input: $input) { photoId } }"
    answer = await host.ask(document, input={"contentType": "image/gif", "byteLength": 10_485_761})
    assert answer.codes == ["INVALID_INPUT"]
    fields = [each["field"] for each in answer.errors[0]["extensions"]["fields"]]
    assert fields == ["contentType", "byteLength"]
    assert (await accommodation.graphql(document, {"input": {"contentType": "image/png", "byteLength": 1}})).codes == [
        "UNAUTHENTICATED"
    ]


async def test_uploads_that_nobody_used_go_after_a_day(
    accommodation: SubgraphUnderTest, places: Any, host: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str((await places.add(host_id=host.id)).id)
    used, unused = await uploaded(host), await uploaded(host)
    await host.get(SET, id=place, photos=[{"photoId": used}])
    storage, now = accommodation.resources[Storage], clock.now()
    for hours, kept in (
        (23, [f"photos/{used}/original.jpg", f"uploads/{unused}"]),
        (25, [f"photos/{used}/original.jpg"]),
    ):
        later = now + timedelta(hours=hours)
        with monkeypatch.context() as turned:
            turned.setattr(clock, "now", lambda later=later: later)
            await remove_deleted_photos(accommodation.database, storage)
        assert files(accommodation) == kept
    assert (await host.ask(SET, id=place, photos=[{"photoId": unused}])).codes == ["INVALID_INPUT"]


async def test_bytes_put_to_an_address_again_when_its_photo_is_gone_are_forgotten_after_a_day(
    accommodation: SubgraphUnderTest, places: Any, host: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, data = str((await places.add(host_id=host.id)).id), picture()
    asked = await requested(host, data)
    storage, now, photo = accommodation.resources[Storage], clock.now(), asked["photoId"]
    assert await put(accommodation, asked, data) == 204
    await host.get(SET, id=place, photos=[{"photoId": photo}])
    await host.get(SET, id=place, photos=[])
    await remove_deleted_photos(accommodation.database, storage)
    assert files(accommodation) == []
    assert await put(accommodation, asked, data) == 204
    for hours, kept in ((23, [f"uploads/{photo}"]), (25, [])):
        later = now + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        await remove_forgotten_uploads(storage)
        assert files(accommodation) == kept


async def test_a_review_shows_photos_of_its_author_and_takes_them_along(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    guest, room_type = Guest(accommodation), await places.add_room()
    booking_id = str(await guest.stay(room_type))
    photos = [await uploaded(guest, picture("WEBP"), "image/webp") for _ in range(2)]
    given = {"bookingId": booking_id, "rating": 5, "text": "Look!", "photoIds": photos}
    refused = await guest.ask(CREATE, input=given | {"photoIds": [str(uuid7())]})
    assert refused.codes == ["INVALID_INPUT"]
    review = (await guest.get(CREATE, input=given))["id"]
    document = "query ($id: ID!) { review(id: $id) { photos { id } } }"
    assert (await guest.get(document, id=review))["photos"] == [{"id": each} for each in photos]
    await guest.get(CHANGE, input={"reviewId": review, "text": "Look again."})
    await guest.get(CHANGE, input={"reviewId": review, "photoIds": photos[1:]})
    assert (await guest.get(document, id=review))["photos"] == [{"id": photos[1]}]
    too_many = [str(uuid7()) for _ in range(11)]
    assert (await guest.ask(CHANGE, input={"reviewId": review, "photoIds": too_many})).codes == ["INVALID_INPUT"]
    await guest.get(DELETE_REVIEW, id=review)
    await remove_deleted_photos(accommodation.database, accommodation.resources[Storage])
    assert files(accommodation) == []


async def test_a_photo_named_for_two_places_at_once_is_shown_in_one(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    photo = await uploaded(host)
    keys = [str((await places.add(host_id=host.id)).id) for _ in range(4)]
    answers = await asyncio.gather(*(host.ask(SET, id=key, photos=[{"photoId": photo}]) for key in keys))
    assert sorted(code for each in answers for code in each.codes) == ["INVALID_INPUT"] * 3
    assert sum([len(await urls(accommodation, key)) for key in keys]) == 1


async def test_a_photo_that_another_request_looked_at_meanwhile_is_named_all_the_same(
    accommodation: SubgraphUnderTest, places: Any, host: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, photo = str((await places.add(host_id=host.id)).id), await uploaded(host)
    storage, came, may_go = accommodation.resources[Storage], asyncio.Event(), asyncio.Event()

    async def read_late(*given: Any) -> bytes | None:
        came.set()
        await may_go.wait()
        return await Storage.read(storage, *given)

    with monkeypatch.context() as slow:
        slow.setattr(storage, "read", read_late)
        late = asyncio.create_task(host.ask(SET, id=place, photos=[{"photoId": photo}]))
        await came.wait()
    await host.get(SET, id=place, photos=[{"photoId": photo}])
    may_go.set()
    assert (await late).errors == []
    assert files(accommodation) == [f"photos/{photo}/original.jpg"]


async def test_a_photo_that_can_not_be_made_smaller_holds_up_no_other(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    place = str((await places.add(host_id=host.id)).id)
    photos = [await uploaded(host), await uploaded(host, picture(size=(100, 40_000)))]
    await host.get(SET, id=place, photos=[{"photoId": each} for each in photos])
    folder: Path = accommodation.settings.photo_folder  # type: ignore[attr-defined]
    (folder / "photos" / photos[0] / "original.jpg").write_bytes(b"damaged")
    with capture_logs() as logs:
        await shrink_new_photos(accommodation.database, accommodation.resources[Storage])
    assert {(each["event"], each["photo_id"]) for each in logs} == {("photo_not_shrunk", photos[0])}
    damaged, whole = await urls(accommodation, place)
    assert damaged["small"] == damaged["original"]
    image = await shown(accommodation, whole["small"])
    assert image is not None
    assert (image.format, image.size) == ("WEBP", (41, 16_383))


async def test_photos_of_many_places_take_one_statement(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    for _ in range(3):
        place = await places.add(host_id=host.id)
        await host.get(SET, id=str(place.id), photos=[{"photoId": await uploaded(host)}])
    accommodation.sql.clear()
    answer = await accommodation.graphql("{ accommodations { nodes { photos { url } } } }")
    assert [len(node["photos"]) for node in answer.data["accommodations"]["nodes"]] == [1, 1, 1]
    assert len(accommodation.sql) == 2


@pytest.mark.parametrize(
    "path", ["/photos/x/small.webp", f"/photos/{NO_PHOTO}/../x.webp", f"/photos/{NO_PHOTO}/a.webp"]
)
async def test_what_is_no_photo_is_not_read(accommodation: SubgraphUnderTest, path: str) -> None:
    answer = await http(accommodation).get(path_of(path))
    assert answer.status_code in {400, 404}


async def test_nobody_fills_the_disk_with_photos_that_are_shown_nowhere(
    accommodation: SubgraphUnderTest, host: Person
) -> None:
    async with accommodation.database.transaction(by=host.id) as session:
        session.add_all(Photo(content_type="image/png", byte_length=1) for _ in range(199))
    given = {"contentType": "image/png", "byteLength": 1}
    assert (await host.ask(REQUEST, input=given)).codes == []
    assert (await host.ask(REQUEST, input=given)).codes == ["RATE_LIMITED"]
    assert (await a_host(accommodation).ask(REQUEST, input=given)).codes == []
