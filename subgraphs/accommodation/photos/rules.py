"""What is true of photos: what may be uploaded, where it is kept, and which may be named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from chassis.errors import FieldError, InvalidInput, RateLimited
from chassis.texts import wrong_name

from .tables import Photo, PhotoOwner

LARGEST = 10 * 1024 * 1024
"""In bytes."""
UPLOAD_WITHIN = timedelta(minutes=15)
UNUSED_FOR = timedelta(days=1)
MOST_UNUSED = 200
"""Uploads of one person that are shown nowhere yet: they are disk that nobody pays for."""
MOST_OF_A_PLACE, MOST_OF_A_REVIEW = 50, 10
LONGEST_CAPTION = 300

UPLOADS = "uploads"
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class PhotoSize(StrEnum):
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"
    ORIGINAL = "ORIGINAL"


WIDTHS = {PhotoSize.SMALL: 320, PhotoSize.MEDIUM: 800, PhotoSize.LARGE: 1_600}
"""In pixels; what is narrower stays as it is."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What photos are shown with."""

    kind: PhotoOwner
    id: UUID


@dataclass(frozen=True, slots=True)
class Chosen:
    photo_id: UUID
    caption: str | None = None


def ensure_upload(content_type: str, byte_length: int) -> None:
    wrong = [] if content_type in EXTENSIONS else [FieldError("contentType", "NOT_A_PHOTO_TYPE")]
    if not 1 <= byte_length <= LARGEST:
        wrong.append(FieldError("byteLength", "OUT_OF_RANGE"))
    if wrong:
        raise InvalidInput("A photo is JPEG, PNG or WebP, of 10 MB at most.", wrong)


def ensure_few_unused(count: int) -> None:
    if count >= MOST_UNUSED:
        raise RateLimited(3_600, "Many of your photos are shown nowhere. Show them first, or wait until they are gone.")


def ensure_chosen(chosen: Sequence[Chosen], most: int, field: str) -> None:
    """Before anything is read: not too many, none twice, captions that are short."""
    wrong = [] if len(chosen) <= most else [FieldError(field, "TOO_MANY")]
    if len({each.photo_id for each in chosen}) < len(chosen):
        wrong.append(FieldError(field, "NOT_UNIQUE"))
    for at, each in enumerate(chosen):
        wrong += wrong_name(f"{field}.{at}.caption", each.caption, LONGEST_CAPTION) if each.caption else []
    if wrong:
        raise InvalidInput(f"At most {most} photos, each once.", wrong)


def may_be_named(photo: Photo | None, owner: Owner, by: UUID) -> bool:
    """What is shown there already, or what this person uploaded, was checked and is shown nowhere."""
    if photo is None or photo.checked_at is None:
        return False
    return photo.owner_id == owner.id or (photo.owner_id is None and photo.created_by == by)


def upload_key(photo_id: UUID) -> str:
    """Where the bytes wait that nobody has looked at."""
    return f"{UPLOADS}/{photo_id}"


def file_name(photo: Photo, size: PhotoSize) -> str:
    extension = EXTENSIONS[photo.content_type] if size is PhotoSize.ORIGINAL else "webp"
    return f"{size.value.lower()}.{extension}"


def key_of(photo: Photo, size: PhotoSize) -> str:
    return f"photos/{photo.id}/{file_name(photo, size)}"


def all_keys(photo: Photo) -> list[str]:
    return [upload_key(photo.id), *(key_of(photo, size) for size in PhotoSize)]
