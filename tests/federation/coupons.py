"""A small `loyalty`: what it adds to bookings, who it thinks is asking, and one field that never answers."""

import asyncio
from collections import defaultdict

import strawberry

from chassis.context import Info
from chassis.federation import build_schema

stamps: dict[str, int] = defaultdict(int)
"""How often each booking was stamped: what loyalty knows of it and what changes."""


@strawberry.federation.type(keys=["id"])
class Booking:
    id: strawberry.ID
    code: str = strawberry.federation.field(external=True)

    @strawberry.federation.field(requires=["code"], description="Made of what only booking knows.")
    def label(self) -> str:
        return f"Booking {self.code}"

    @strawberry.field
    def points(self) -> int:
        return int(self.id) * 100

    @strawberry.field
    def stamps(self) -> int:
        return stamps[self.id]

    @strawberry.field(description="Whom the token says it is, as only loyalty sees it.")
    def seen_by(self, info: Info) -> str | None:
        user_id = info.context.principal.user_id
        return str(user_id) if user_id else None

    @classmethod
    def resolve_reference(cls, id: strawberry.ID, code: str = "unknown") -> "Booking":  # noqa: A002 - the name of the key
        return cls(id=id, code=code)


@strawberry.type
class Query:
    @strawberry.field(description="A booking loyalty knows no more of than its id.")
    def rewarded(self) -> Booking:
        return Booking(id=strawberry.ID("5"), code="unknown")

    @strawberry.field
    async def whose(self, info: Info) -> str | None:
        """Takes a moment, so that the same question of two people is under way at the same time."""
        await asyncio.sleep(0.05)
        user_id = info.context.principal.user_id
        return str(user_id) if user_id else None

    @strawberry.field
    async def never(self) -> str | None:
        await asyncio.Event().wait()
        return None


public = build_schema(query=[Query], types=[Booking])
