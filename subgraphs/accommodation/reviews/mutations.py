"""What guests do with reviews of their stays."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from ..photos.accept import accept_photos
from ..photos.rules import MOST_OF_A_REVIEW, Chosen, ensure_chosen
from ..photos.storage import Storage
from .change import change_review, delete_review
from .create import create_review
from .types import Review


@strawberry.input
class CreateReviewInput:
    booking_id: strawberry.ID
    rating: int
    text: str
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input(description="A field left out stays.")
class UpdateReviewInput:
    review_id: strawberry.ID
    rating: int | None = None
    text: str | None = None
    photo_ids: list[strawberry.ID] | None = None


async def _accepted(info: Info, photo_ids: list[strawberry.ID]) -> list[Chosen]:
    chosen = [Chosen(parse_id(each, f"photoIds.{at}")) for at, each in enumerate(photo_ids)]
    ensure_chosen(chosen, MOST_OF_A_REVIEW, "photoIds")
    context, by = info.context, info.context.principal.require_user()
    ids = [each.photo_id for each in chosen]
    if ids:
        await accept_photos(context.database, context.resources[Storage], ids, by=by, field="photoIds")
    return chosen


@strawberry.type
class ReviewMutation:
    @strawberry.mutation(description="Only the guest of a completed stay, once a booking.")
    async def create_review(self, info: Info, input: CreateReviewInput) -> Review:  # noqa: A002 - its name
        by, booking_id = info.context.principal.require_user(), parse_id(input.booking_id, "bookingId")
        photos = await _accepted(info, input.photo_ids)
        async with info.context.database.transaction(by=by) as session:
            review = await create_review(session, booking_id, input.rating, input.text, photos, by=by)
        return Review.from_row(review)

    @strawberry.mutation
    async def update_review(self, info: Info, input: UpdateReviewInput) -> Review:  # noqa: A002 - its name
        by, review_id = info.context.principal.require_user(), parse_id(input.review_id, "reviewId")
        photos = None if input.photo_ids is None else await _accepted(info, input.photo_ids)
        async with info.context.database.transaction(by=by) as session:
            review = await change_review(session, review_id, rating=input.rating, text=input.text, photos=photos, by=by)
        return Review.from_row(review)

    @strawberry.mutation
    async def delete_review(self, info: Info, review_id: strawberry.ID) -> bool:
        by, key = info.context.principal.require_user(), parse_id(review_id, "reviewId")
        async with info.context.database.transaction(by=by) as session:
            await delete_review(session, key, by=by)
        return True
