"""What clients ask about one review."""

import strawberry

from chassis.context import Info

from .types import Review


@strawberry.type
class ReviewQuery:
    @strawberry.field
    async def review(self, info: Info, id: strawberry.ID) -> Review | None:  # noqa: A002
        return await Review.resolve_reference(info, id)
