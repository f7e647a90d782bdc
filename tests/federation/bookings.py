"""A small `booking`: bookings of people it only knows by id, each of which can be watched."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from enum import Enum

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from chassis.context import Info
from chassis.federation import build_schema

from .hearing import heard
from .people import NOBODY

GUESTLESS = "0"
"""The booking of a guest whom nobody knows."""


class Watchers:
    """Who watches which booking, and what they are still to be told."""

    def __init__(self) -> None:
        self._queues: dict[str, list[asyncio.Queue[str]]] = defaultdict(list)
        self._changed = asyncio.Condition()
        self.upgrades: list[dict[str, str]] = []
        """The headers each watcher's socket came with."""

    async def follow(self, booking_id: str) -> AsyncGenerator[str, None]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.upgrades.append(heard())
        await self._count(booking_id, lambda: self._queues[booking_id].append(queue))
        try:
            while True:
                yield await queue.get()
        finally:
            await self._count(booking_id, lambda: self._queues[booking_id].remove(queue))

    def tell(self, booking_id: str, code: str) -> None:
        for queue in self._queues[booking_id]:
            queue.put_nowait(code)

    async def become(self, booking_id: str, number: int) -> None:
        """Wait until that many watch the booking."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self._queues[booking_id]) == number)

    async def _count(self, booking_id: str, change: Callable[[], object]) -> None:
        async with self._changed:
            change()
            self._changed.notify_all()


watchers = Watchers()


@strawberry.federation.type(keys=[Key(fields=FieldSet("id"), resolvable=False)])
class User:
    id: strawberry.ID


@strawberry.federation.type(keys=["id"])
class Booking:
    id: strawberry.ID
    code: str
    guest: User | None

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Booking":  # noqa: A002 - the name of the key
        return booking(id)


def booking(booking_id: str, code: str | None = None) -> Booking:
    guest = User(id=strawberry.ID(NOBODY if booking_id == GUESTLESS else "7"))
    return Booking(id=strawberry.ID(booking_id), code=code or f"B{booking_id}", guest=guest)


@strawberry.federation.type(keys=["id"])
class Viewer:
    id: strawberry.ID

    @strawberry.field
    def bookings(self, info: Info) -> list[Booking] | None:
        owned = str(info.context.principal.user_id) == self.id
        return [booking("1"), booking("2")] if owned else None

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Viewer":  # noqa: A002 - the name of the key
        return cls(id=id)


@strawberry.enum
class BookingStatus(Enum):
    OPEN = "OPEN"


@strawberry.input
class BookingFilter:
    guests: int | None = None
    statuses: list[BookingStatus] | None = None


@strawberry.type
class Query:
    @strawberry.field
    def bookings(self, first: int = 1, filter: BookingFilter | None = None) -> list[Booking]:  # noqa: A002 - as below
        return [booking(str(number)) for number in range(1, first + 1)]

    @strawberry.field
    def booking(self, id: strawberry.ID) -> Booking | None:  # noqa: A002 - as the contract names it
        return booking(id)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def book(self, code: str) -> Booking:
        return booking("9", code)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def booking(self, info: Info, id: strawberry.ID) -> AsyncGenerator[Booking, None]:  # noqa: A002 - as above
        info.context.principal.require_user()
        async for code in watchers.follow(id):
            yield booking(id, code)


public = build_schema(query=[Query], mutation=[Mutation], subscription=[Subscription], types=[Booking, Viewer])
