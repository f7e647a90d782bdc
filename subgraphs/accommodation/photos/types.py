"""Photos as the graph shows them, and those of places and room types."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.fields import field_of

from ..accommodations.admin import AdminAccommodation
from ..accommodations.types import Accommodation
from ..room_types.admin import AdminRoomType
from ..room_types.types import RoomType
from . import rules, tables
from .loaders import photos_of
from .request import request_upload
from .rules import PhotoSize
from .storage import Storage

strawberry.enum(PhotoSize)


@strawberry.type
class Photo:
    id: strawberry.ID
    caption: str | None
    row: strawberry.Private[tables.Photo]

    @strawberry.field
    def url(self, info: Info, size: PhotoSize = PhotoSize.ORIGINAL) -> str:
        """Until the worker has made the smaller ones, the original stands for them."""
        made = size if self.row.shrunk_at else PhotoSize.ORIGINAL
        return f"{info.context.settings.public_url}/{rules.key_of(self.row, made)}"

    @classmethod
    def from_row(cls, row: tables.Photo) -> Self:
        return cls(id=strawberry.ID(str(row.id)), caption=row.caption, row=row)


async def photos_shown(info: Info, owner_id: UUID) -> list[Photo]:
    return [Photo.from_row(row) for row in await info.context.loader(photos_of).load(owner_id)]


async def _of_place(accommodation: strawberry.Parent[Accommodation], info: Info) -> list[Photo]:
    return await photos_shown(info, accommodation.key)


async def _of_room_type(room_type: strawberry.Parent[RoomType], info: Info) -> list[Photo]:
    return await photos_shown(info, room_type.row.id)


async def _of_run_place(accommodation: strawberry.Parent[AdminAccommodation], info: Info) -> list[Photo]:
    return await photos_shown(info, accommodation.row.id)


async def _of_run_room_type(room_type: strawberry.Parent[AdminRoomType], info: Info) -> list[Photo]:
    return await photos_shown(info, room_type.row.id)


for owner, resolver in (
    (Accommodation, _of_place),
    (RoomType, _of_room_type),
    (AdminAccommodation, _of_run_place),
    (AdminRoomType, _of_run_room_type),
):
    resolver.__name__ = "photos"
    field_of(owner)(resolver)


@strawberry.type
class HttpHeader:
    name: str
    value: str


@strawberry.type(
    description="Send the bytes to `url` with PUT and these headers before `expiresAt`, then name `photoId` where a "
    "photo is wanted."
)
class PhotoUpload:
    photo_id: strawberry.ID
    url: str
    headers: list[HttpHeader]
    expires_at: datetime


@strawberry.input
class RequestPhotoUploadInput:
    content_type: str
    byte_length: int


async def upload_for(info: Info, given: RequestPhotoUploadInput) -> PhotoUpload:
    by, expires_at = info.context.principal.require_user(), clock.now() + rules.UPLOAD_WITHIN
    async with info.context.database.transaction(by=by) as session:
        photo = await request_upload(session, given.content_type, given.byte_length, by=by)
    storage = info.context.resources[Storage]
    return PhotoUpload(
        photo_id=strawberry.ID(str(photo.id)),
        url=await storage.upload_url(photo.id, photo.content_type, photo.byte_length, expires_at),
        headers=[HttpHeader(name="content-type", value=photo.content_type)],
        expires_at=expires_at,
    )
