"""Points as the graph shows them."""

from datetime import datetime
from enum import Enum
from typing import Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Connection, wants_total

from ..references import Booking, Viewer
from . import store, tables
from .loaders import Wish, accounts_by_user, entries_by_user, next_expiries


@strawberry.enum
class PointEntryKind(Enum):
    EARN = tables.EntryKind.EARN
    GRANT = tables.EntryKind.GRANT
    SPEND = tables.EntryKind.SPEND
    RETURN = tables.EntryKind.RETURN
    REVOKE = tables.EntryKind.REVOKE
    EXPIRE = tables.EntryKind.EXPIRE


@strawberry.type
class PointExpiry:
    points: int
    at: datetime

    @classmethod
    def of(cls, expiry: store.Expiry) -> Self:
        return cls(points=expiry.points, at=expiry.at)


@strawberry.type
class PointEntry:
    id: strawberry.ID
    kind: PointEntryKind
    points: int = strawberry.field(description="Signed.")
    balance_after: int = strawberry.field(description="Free and held points together, after it.")
    description: str
    booking: Booking | None
    expires_at: datetime | None
    created_at: datetime

    @classmethod
    def from_row(cls, row: tables.PointEntry) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            kind=PointEntryKind(row.kind),
            points=row.points,
            balance_after=row.balance_after,
            description=row.description,
            booking=Booking.of(row.booking_id),
            expires_at=row.expires_at,
            created_at=row.created_at,
        )


@strawberry.federation.type(keys=["id"])
class PointAccount:
    id: strawberry.ID
    balance: int = strawberry.field(description="Free to spend now.")
    held: int = strawberry.field(
        description="Set aside for bookings not yet paid. Sum of all entries = balance + held."
    )

    @strawberry.field(description="Points that expire next, and when.")
    async def next_expiry(self, info: Info) -> PointExpiry | None:
        expiry = await info.context.loader(next_expiries).load(parse_id(self.id))
        return PointExpiry.of(expiry) if expiry else None

    @strawberry.field
    async def entries(
        self,
        info: Info,
        *,
        kinds: list[PointEntryKind] | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[PointEntry]:
        wanted = store.Wanted(kinds=values_of(kinds), created_from=created_from, created_to=created_to)
        wish = Wish(wanted, first, after, wants_total(info))
        page = await info.context.loader(entries_by_user).load((parse_id(self.id), wish))
        return Connection.of(page, PointEntry.from_row)

    @classmethod
    def from_row(cls, row: tables.PointAccount) -> Self:
        return cls(id=strawberry.ID(str(row.user_id)), balance=row.balance, held=row.held)

    @classmethod
    async def of_user(cls, info: Info, user_id: UUID) -> Self:
        return cls.from_row(await info.context.loader(accounts_by_user).load(user_id))

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        """Only to the person whose it is, as everywhere."""
        user_id = parse_id(id)
        return await cls.of_user(info, user_id) if user_id == info.context.principal.user_id else None


@field_of(Viewer)
async def point_account(viewer: strawberry.Parent[Viewer], info: Info) -> PointAccount | None:
    return await PointAccount.of_user(info, parse_id(viewer.id))


def values_of(kinds: list[PointEntryKind] | None) -> tuple[tables.EntryKind, ...] | None:
    return None if kinds is None else tuple(kind.value for kind in kinds)
