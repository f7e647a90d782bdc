"""Photos in the back office: which a place and its rooms show."""

from collections.abc import Sequence

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.outbox import publish
from chassis.texts import trimmed

from ..accommodations.admin import BY_HOUSE, AdminAccommodation
from ..accommodations.rules import Reach
from ..accommodations.store import lock_accommodation
from ..events import AccommodationChanged
from ..room_types.admin import AdminRoomType
from ..room_types.store import lock_room_type
from .accept import accept_photos
from .rules import MOST_OF_A_PLACE, Chosen, Owner, ensure_chosen
from .show import show_photos
from .storage import Storage
from .tables import PhotoOwner
from .types import PhotoUpload, RequestPhotoUploadInput, upload_for


@strawberry.input
class PhotoInput:
    photo_id: strawberry.ID
    caption: str | None = None

    def chosen(self, field: str) -> Chosen:
        return Chosen(parse_id(self.photo_id, f"{field}.photoId"), trimmed(self.caption or "") or None)


async def _accepted(info: Info, photos: Sequence[PhotoInput]) -> list[Chosen]:
    chosen = [each.chosen(f"photos.{at}") for at, each in enumerate(photos)]
    ensure_chosen(chosen, MOST_OF_A_PLACE, "photos")
    context, by = info.context, info.context.principal.require_user()
    ids = [each.photo_id for each in chosen]
    await accept_photos(context.database, context.resources[Storage], ids, by=by, field="photos")
    return chosen


@strawberry.type
class PhotoAdminMutation:
    @strawberry.mutation(extensions=[BY_HOUSE])
    async def request_photo_upload(self, info: Info, input: RequestPhotoUploadInput) -> PhotoUpload:  # noqa: A002
        return await upload_for(info, input)

    @strawberry.mutation(description="The photos, in this order, replace those shown.", extensions=[BY_HOUSE])
    async def set_photos(
        self, info: Info, accommodation_id: strawberry.ID, photos: list[PhotoInput]
    ) -> AdminAccommodation:
        context, key = info.context, parse_id(accommodation_id, "accommodationId")
        chosen, by = await _accepted(info, photos), context.principal.require_user()
        async with context.database.transaction(by=by) as session:
            place = await lock_accommodation(session, key, Reach.of(context.principal))
            await show_photos(session, Owner(PhotoOwner.ACCOMMODATION, key), chosen, by=by, field="photos")
            publish(session, AccommodationChanged.of(place.id, place.host_id))
        return AdminAccommodation.from_row(place)

    @strawberry.mutation(extensions=[BY_HOUSE])
    async def set_room_type_photos(
        self, info: Info, room_type_id: strawberry.ID, photos: list[PhotoInput]
    ) -> AdminRoomType:
        context, key = info.context, parse_id(room_type_id, "roomTypeId")
        chosen, by = await _accepted(info, photos), context.principal.require_user()
        async with context.database.transaction(by=by) as session:
            room_type, place = await lock_room_type(session, key, Reach.of(context.principal))
            await show_photos(session, Owner(PhotoOwner.ROOM_TYPE, key), chosen, by=by, field="photos")
            publish(session, AccommodationChanged.of(place.id, place.host_id))
        return AdminRoomType.from_row(room_type)
