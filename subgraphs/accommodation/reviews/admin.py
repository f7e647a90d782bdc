"""Reviews in the back office: hosts see and answer those of their own places, administrators hide any."""

from datetime import datetime
from typing import Any, Self

import strawberry
from sqlalchemy import ColumnElement

from chassis.context import Info
from chassis.ids import parse_id
from chassis.roles import Role, requires_role
from chassis.types import Connection, wants_total

from ..accommodations.admin import ALL, BY_HOUSE, AdminAccommodation
from ..accommodations.loaders import run_accommodations_by_id
from ..accommodations.rules import Reach
from ..photos.types import Photo, photos_shown
from ..references import User
from . import store, tables
from .hide import hide_review, unhide_review
from .loaders import run_reviews_by_id
from .reply import reply_to_review
from .rules import ensure_rating
from .store import ReviewOrder

BY_ADMIN = requires_role(Role.ADMIN)


@strawberry.federation.type(name="Review", keys=["id"])
class AdminReview:
    id: strawberry.ID
    author: User | None
    rating: int
    text: str
    host_reply: str | None
    hidden_at: datetime | None
    hidden_reason: str | None
    created_at: datetime
    row: strawberry.Private[tables.Review]

    @strawberry.field
    async def accommodation(self, info: Info) -> AdminAccommodation:
        row = await info.context.loader(run_accommodations_by_id).load(self.row.accommodation_id)
        if row is None:
            raise LookupError(f"Review {self.id} is shown although its accommodation is not")
        return AdminAccommodation.from_row(row)

    @strawberry.field
    async def photos(self, info: Info) -> list[Photo]:
        return await photos_shown(info, self.row.id)

    @classmethod
    def from_row(cls, row: tables.Review) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            author=User.of(row.author_id),
            rating=row.rating,
            text=row.text,
            host_reply=row.host_reply,
            hidden_at=row.hidden_at,
            hidden_reason=row.hidden_reason,
            created_at=row.created_at,
            row=row,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(run_reviews_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.input
class ReviewFilter:
    accommodation_id: strawberry.ID | None = None
    author_id: strawberry.ID | None = None
    hidden: bool | None = None
    max_rating: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        stars = self.max_rating
        wanted: list[Any] = [
            store.is_of(parse_id(self.accommodation_id, "filter.accommodationId")) if self.accommodation_id else None,
            store.is_by(parse_id(self.author_id, "filter.authorId")) if self.author_id else None,
            store.is_hidden(hidden=self.hidden) if self.hidden is not None else None,
            None if stars is None else store.rates_at_most(ensure_rating("filter.maxRating", stars)),
        ]
        return [condition for condition in wanted if condition is not None]


@strawberry.type
class ReviewAdminQuery:
    @strawberry.field(extensions=[BY_HOUSE])
    async def reviews(
        self,
        info: Info,
        filter: ReviewFilter = ALL,  # noqa: A002 - the argument's name
        order_by: ReviewOrder = ReviewOrder.NEWEST,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminReview]:
        async with info.context.database.reading() as session:
            page = await store.page_of_reviews(
                session,
                *filter.conditions(),
                reach=Reach.of(info.context.principal),
                order=order_by,
                first=first,
                after=after,
                count=wants_total(info),
            )
        return Connection.of(page, AdminReview.from_row)


@strawberry.type
class ReviewAdminMutation:
    @strawberry.mutation(extensions=[BY_HOUSE])
    async def reply_to_review(self, info: Info, review_id: strawberry.ID, text: str) -> AdminReview:
        principal, key = info.context.principal, parse_id(review_id, "reviewId")
        by = principal.require_user()
        async with info.context.database.transaction(by=by) as session:
            review = await reply_to_review(session, key, text, Reach.of(principal), by=by)
        return AdminReview.from_row(review)

    @strawberry.mutation(extensions=[BY_ADMIN])
    async def hide_review(self, info: Info, review_id: strawberry.ID, reason: str) -> AdminReview:
        by, key = info.context.principal.require_user(), parse_id(review_id, "reviewId")
        async with info.context.database.transaction(by=by) as session:
            review = await hide_review(session, key, reason, by=by)
        return AdminReview.from_row(review)

    @strawberry.mutation(extensions=[BY_ADMIN])
    async def unhide_review(self, info: Info, review_id: strawberry.ID) -> AdminReview:
        by, key = info.context.principal.require_user(), parse_id(review_id, "reviewId")
        async with info.context.database.transaction(by=by) as session:
            review = await unhide_review(session, key)
        return AdminReview.from_row(review)
