"""What may be uploaded and named."""

from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.accommodation.photos.rules import (
    LARGEST,
    Chosen,
    Owner,
    PhotoSize,
    ensure_chosen,
    ensure_upload,
    key_of,
    may_be_named,
)
from subgraphs.accommodation.photos.tables import Photo, PhotoOwner

HERE, ME = Owner(PhotoOwner.REVIEW, uuid7()), uuid7()


def wrong(check: Any, *given: Any) -> list[tuple[str, str]]:
    try:
        check(*given)
    except InvalidInput as refusal:
        return [(each.field, each.code) for each in refusal.fields]
    return []


@pytest.mark.parametrize(
    ("content_type", "length", "fields"),
    [
        ("image/jpeg", 1, []),
        ("image/webp", LARGEST, []),
        ("image/gif", 1, [("contentType", "NOT_A_PHOTO_TYPE")]),
        ("image/PNG", 1, [("contentType", "NOT_A_PHOTO_TYPE")]),
        ("image/png", 0, [("byteLength", "OUT_OF_RANGE")]),
        ("text/html", LARGEST + 1, [("contentType", "NOT_A_PHOTO_TYPE"), ("byteLength", "OUT_OF_RANGE")]),
    ],
)
def test_a_photo_is_of_a_known_type_and_size(content_type: str, length: int, fields: list[tuple[str, str]]) -> None:
    assert wrong(ensure_upload, content_type, length) == fields


def test_photos_are_few_and_each_is_named_once() -> None:
    one = Chosen(uuid7(), "x" * 301)
    assert wrong(ensure_chosen, [Chosen(uuid7())] * 1, 1, "photos") == []
    assert wrong(ensure_chosen, [Chosen(uuid7()), Chosen(uuid7())], 1, "photos") == [("photos", "TOO_MANY")]
    assert wrong(ensure_chosen, [one, one], 2, "photos")[0] == ("photos", "NOT_UNIQUE")
    assert wrong(ensure_chosen, [one], 2, "photos") == [("photos.0.caption", "TOO_LONG")]
    turning = Chosen(uuid7(), "\u202eaes ehT")
    assert wrong(ensure_chosen, [turning], 1, "photos") == [("photos.0.caption", "NOT_TEXT")]


@pytest.mark.parametrize(
    ("checked", "owner", "by", "possible"),
    [
        (True, None, ME, True),
        (True, HERE.id, uuid7(), True),
        (True, uuid7(), ME, False),
        (True, None, uuid7(), False),
        (False, None, ME, False),
    ],
)
def test_what_may_be_named(checked: bool, owner: UUID | None, by: UUID, possible: bool) -> None:
    photo = Photo(content_type="image/png", byte_length=1, created_by=by, owner_id=owner)
    photo.checked_at = clock.now() if checked else None
    assert may_be_named(photo, HERE, ME) is possible
    assert may_be_named(None, HERE, ME) is False


def test_the_smaller_sizes_are_webp() -> None:
    photo = Photo(content_type="image/png", byte_length=1)
    assert key_of(photo, PhotoSize.ORIGINAL) == f"photos/{photo.id}/original.png"
    assert key_of(photo, PhotoSize.SMALL) == f"photos/{photo.id}/small.webp"
