"""Points in the back office: everybody's accounts and entries, and what administrators grant and revoke."""

from datetime import datetime
from enum import Enum
from typing import Any, Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.roles import Role, requires_role
from chassis.types import Connection, wants_total

from ..references import User
from . import store, tables
from .change import change_points
from .loaders import Wish, accounts_by_user, entries_by_user
from .rules import Change
from .types import PointEntryKind, values_of

BY_ADMIN = requires_role(Role.ADMIN)
# A default is printed as it is written: `filter: PointEntryFilter! = {}`.
ALL: Any = {}


@strawberry.type(name="PointEntry")
class AdminPointEntry:
    id: strawberry.ID
    user: User | None
    kind: PointEntryKind
    points: int
    balance_after: int
    description: str
    created_by: User | None
    expires_at: datetime | None
    created_at: datetime

    @classmethod
    def from_row(cls, row: tables.PointEntry) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            user=User.of(row.user_id),
            kind=PointEntryKind(row.kind),
            points=row.points,
            balance_after=row.balance_after,
            description=row.description,
            created_by=User.of(row.created_by),
            expires_at=row.expires_at,
            created_at=row.created_at,
        )


@strawberry.federation.type(name="PointAccount", keys=["id"])
class AdminPointAccount:
    id: strawberry.ID = strawberry.field(extensions=[BY_ADMIN])
    user: User | None = strawberry.field(extensions=[BY_ADMIN])
    balance: int = strawberry.field(extensions=[BY_ADMIN])
    held: int = strawberry.field(extensions=[BY_ADMIN])

    @strawberry.field(extensions=[BY_ADMIN])
    async def entries(
        self,
        info: Info,
        *,
        kinds: list[PointEntryKind] | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminPointEntry]:
        wanted = store.Wanted(kinds=values_of(kinds), created_from=created_from, created_to=created_to)
        wish = Wish(wanted, first, after, wants_total(info))
        page = await info.context.loader(entries_by_user).load((parse_id(self.id), wish))
        return Connection.of(page, AdminPointEntry.from_row)

    @classmethod
    def from_row(cls, row: tables.PointAccount) -> Self:
        user_id = strawberry.ID(str(row.user_id))
        return cls(id=user_id, user=User(id=user_id), balance=row.balance, held=row.held)

    @classmethod
    async def of_user(cls, info: Info, user_id: UUID) -> Self:
        return cls.from_row(await info.context.loader(accounts_by_user).load(user_id))

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        return await cls.of_user(info, parse_id(id)) if info.context.principal.role is Role.ADMIN else None


@strawberry.input
class PointEntryFilter:
    user_id: strawberry.ID | None = None
    kinds: list[PointEntryKind] | None = None
    points_from: int | None = None
    points_to: int | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None

    def wanted(self) -> store.Wanted:
        return store.Wanted(
            user_id=None if self.user_id is None else parse_id(self.user_id, "filter.userId"),
            kinds=values_of(self.kinds),
            points_from=self.points_from,
            points_to=self.points_to,
            created_from=self.created_from,
            created_to=self.created_to,
        )


@strawberry.enum
class PointEntryOrder(Enum):
    CREATED_AT_DESC = store.EntryOrder.CREATED_AT_DESC
    CREATED_AT_ASC = store.EntryOrder.CREATED_AT_ASC
    POINTS_DESC = store.EntryOrder.POINTS_DESC
    POINTS_ASC = store.EntryOrder.POINTS_ASC


@strawberry.input
class GrantPointsInput:
    idempotency_key: strawberry.ID
    user_id: strawberry.ID
    points: int
    description: str
    expires_at: datetime | None = None


@strawberry.input
class RevokePointsInput:
    idempotency_key: strawberry.ID
    user_id: strawberry.ID
    points: int
    description: str


@strawberry.type
class PointAdminQuery:
    @strawberry.field(extensions=[BY_ADMIN])
    async def point_entries(
        self,
        info: Info,
        filter: PointEntryFilter = ALL,  # noqa: A002 - the argument's name
        order_by: PointEntryOrder = PointEntryOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminPointEntry]:
        wanted, order = filter.wanted(), order_by.value.value
        async with info.context.database.reading() as session:
            page = await store.page_of_entries(
                session, wanted, order=order, first=first, after=after, count=wants_total(info)
            )
        return Connection.of(page, AdminPointEntry.from_row)


@strawberry.type
class PointAdminMutation:
    @strawberry.mutation(extensions=[BY_ADMIN])
    async def grant_points(self, info: Info, input: GrantPointsInput) -> AdminPointAccount:  # noqa: A002 - its name
        user_id = parse_id(input.user_id, "userId")
        change = Change(tables.EntryKind.GRANT, user_id, input.points, input.description, input.expires_at)
        return await _change(info, change, str(input.idempotency_key))

    @strawberry.mutation(extensions=[BY_ADMIN])
    async def revoke_points(self, info: Info, input: RevokePointsInput) -> AdminPointAccount:  # noqa: A002 - its name
        user_id = parse_id(input.user_id, "userId")
        change = Change(tables.EntryKind.REVOKE, user_id, input.points, input.description)
        return await _change(info, change, str(input.idempotency_key))


async def _change(info: Info, change: Change, key: str) -> AdminPointAccount:
    by, zone = info.context.principal.require_user(), info.context.settings.time_zone
    async with info.context.database.transaction(by=by) as session:
        account = await change_points(session, change, key=key, by=by, zone=zone)
    return AdminPointAccount.from_row(account)


@field_of(User, extensions=[BY_ADMIN])
async def point_account(user: strawberry.Parent[User], info: Info) -> AdminPointAccount | None:
    return await AdminPointAccount.of_user(info, parse_id(user.id))
