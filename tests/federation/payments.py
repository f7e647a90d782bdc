"""A small `payment`, which is composed into the graph and never started: the subgraph that is away."""

from collections.abc import AsyncGenerator

import strawberry

from chassis.federation import build_schema


@strawberry.federation.type(keys=["id"])
class Payment:
    id: strawberry.ID


@strawberry.federation.type(keys=["id"])
class Booking:
    id: strawberry.ID
    payment: Payment | None = None


@strawberry.type
class Query:
    payment: Payment | None = None


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def payment(self) -> AsyncGenerator[Payment, None]:
        yield Payment(id=strawberry.ID("never"))


public = build_schema(query=[Query], subscription=[Subscription], types=[Booking, Payment])
