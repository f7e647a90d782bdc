"""Reviews as the graph shows them, and what hangs on places, bookings and the viewer."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Connection, wants_total

from ..accommodations.loaders import accommodations_by_id
from ..accommodations.types import Accommodation
from ..photos.types import Photo, photos_shown
from ..references import User, Viewer
from . import store, tables
from .loaders import Wish, own_stays, pages_of_places, reviews_by_booking, reviews_by_id
from .store import ReviewOrder

strawberry.enum(ReviewOrder)


@strawberry.federation.type(keys=["id"])
class Review:
    id: strawberry.ID
    author: User | None
    rating: int = strawberry.field(description="1 to 5.")
    text: str
    host_reply: str | None
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[tables.Review]

    @strawberry.field
    async def accommodation(self, info: Info) -> Accommodation:
        row = await info.context.loader(accommodations_by_id).load(self.row.accommodation_id)
        if row is None:
            raise LookupError(f"Review {self.id} is shown although its accommodation never was")
        return Accommodation.from_row(row)

    @strawberry.field
    async def photos(self, info: Info) -> list[Photo]:
        return await photos_shown(info, self.row.id)

    @strawberry.field(description="Null but for its author.")
    def booking(self, info: Info) -> "Booking | None":
        is_own = info.context.principal.user_id == self.row.author_id
        return Booking.of_own(self.row.booking_id, is_over=True) if is_own else None

    @classmethod
    def from_row(cls, row: tables.Review) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            author=User.of(row.author_id),
            rating=row.rating,
            text=row.text,
            host_reply=row.host_reply,
            created_at=row.created_at,
            updated_at=row.updated_at,
            row=row,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(reviews_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.federation.type(keys=["id"])
class Booking:
    """Of booking's; here, whether its guest reviewed it or may. Nobody gets another's."""

    id: strawberry.ID
    key: strawberry.Private[UUID]
    is_over: strawberry.Private[bool]

    @strawberry.field
    async def review(self, info: Info) -> Review | None:
        row = await info.context.loader(reviews_by_booking).load(self.key)
        return Review.from_row(row) if row and row.deleted_at is None else None

    @strawberry.field(description="The stay is over, it is the viewer's, and there is no review yet.")
    async def can_review(self, info: Info) -> bool | None:
        return self.is_over and await info.context.loader(reviews_by_booking).load(self.key) is None

    @classmethod
    def of_own(cls, booking_id: UUID, *, is_over: bool) -> Self:
        return cls(id=strawberry.ID(str(booking_id)), key=booking_id, is_over=is_over)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        booking_id = parse_id(id)
        is_over = await info.context.loader(own_stays).load(booking_id)
        return None if is_over is None else cls.of_own(booking_id, is_over=is_over)


@field_of(Accommodation)
async def reviews(
    accommodation: strawberry.Parent[Accommodation],
    info: Info,
    order_by: ReviewOrder = ReviewOrder.NEWEST,
    first: int = 20,
    after: str | None = None,
) -> Connection[Review]:
    wish = Wish(order_by, first, after, wants_total(info))
    return Connection.of(await info.context.loader(pages_of_places).load((accommodation.key, wish)), Review.from_row)


async def _reviews_of_viewer(
    viewer: strawberry.Parent[Viewer], info: Info, first: int = 20, after: str | None = None
) -> Connection[Review] | None:
    async with info.context.database.reading() as session:
        page = await store.page_of_author(
            session, parse_id(viewer.id), first=first, after=after, count=wants_total(info)
        )
    return Connection.of(page, Review.from_row)


_reviews_of_viewer.__name__ = "reviews"
field_of(Viewer)(_reviews_of_viewer)
