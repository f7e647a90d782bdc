"""What guests do with reviews of their stays."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from .change import change_review, delete_review
from .create import create_review
from .types import Review


@strawberry.input
class CreateReviewInput:
    booking_id: strawberry.ID
    rating: int
    text: str


@strawberry.input(description="A field left out stays.")
class UpdateReviewInput:
    review_id: strawberry.ID
    rating: int | None = None
    text: str | None = None


@strawberry.type
class ReviewMutation:
    @strawberry.mutation(description="Only the guest of a completed stay, once a booking.")
    async def create_review(self, info: Info, input: CreateReviewInput) -> Review:  # noqa: A002 - its name
        by, booking_id = info.context.principal.require_user(), parse_id(input.booking_id, "bookingId")
        async with info.context.database.transaction(by=by) as session:
            review = await create_review(session, booking_id, input.rating, input.text, by=by)
        return Review.from_row(review)

    @strawberry.mutation
    async def update_review(self, info: Info, input: UpdateReviewInput) -> Review:  # noqa: A002 - its name
        by, review_id = info.context.principal.require_user(), parse_id(input.review_id, "reviewId")
        async with info.context.database.transaction(by=by) as session:
            review = await change_review(session, review_id, rating=input.rating, text=input.text, by=by)
        return Review.from_row(review)

    @strawberry.mutation
    async def delete_review(self, info: Info, review_id: strawberry.ID) -> bool:
        by, key = info.context.principal.require_user(), parse_id(review_id, "reviewId")
        async with info.context.database.transaction(by=by) as session:
            await delete_review(session, key, by=by)
        return True
