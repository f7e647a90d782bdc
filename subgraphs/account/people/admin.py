"""People in the back office: what administrators may ask about them, and what hosts see of their guests."""

from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from enum import Enum
from typing import Any, Self

import strawberry
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.context import Info
from chassis.ids import parse_id
from chassis.roles import Role, requires_role
from chassis.searches import sought_in
from chassis.types import Connection, wants_total

from ..settings import Settings
from . import store, tables
from .loaders import users_by_id
from .restore import restore_user
from .suspend import suspend_user
from .types import Gender, given
from .update import update_user

BY_ADMIN = requires_role(Role.ADMIN)
BACK_OFFICE = (Role.HOST, Role.ADMIN)
# A default is printed as it is written: `filter: UserFilter! = {}`.
ALL: Any = {}


@strawberry.enum
class UserOrder(Enum):
    CREATED_AT_DESC = store.UserOrder.CREATED_AT_DESC
    CREATED_AT_ASC = store.UserOrder.CREATED_AT_ASC
    EMAIL_ASC = store.UserOrder.EMAIL_ASC


@strawberry.federation.type(
    name="User", keys=["id"], description="Hosts meet the guests of their bookings: the name, and no more."
)
class AdminUser:
    row: strawberry.Private[tables.User]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.row.id))

    @strawberry.field
    def display_name(self) -> str:
        return self.row.display_name

    @strawberry.field(extensions=[BY_ADMIN])
    def email(self) -> str | None:
        return None if self.row.deleted_at else self.row.email

    @strawberry.field(extensions=[BY_ADMIN])
    def phone_number(self) -> str | None:
        return self.row.phone_number

    @strawberry.field(extensions=[BY_ADMIN])
    def birth_date(self) -> date | None:
        return self.row.birth_date

    @strawberry.field(extensions=[BY_ADMIN])
    def gender(self) -> Gender | None:
        return Gender(self.row.gender) if self.row.gender else None

    @strawberry.field(extensions=[BY_ADMIN])
    def preferred_language(self) -> str | None:
        return self.row.preferred_language

    @strawberry.field(extensions=[BY_ADMIN])
    def address(self) -> str | None:
        return self.row.address

    @strawberry.field(extensions=[BY_ADMIN])
    def role(self) -> Role | None:
        return Role(self.row.role)

    @strawberry.field(extensions=[BY_ADMIN])
    def suspended_at(self) -> datetime | None:
        return self.row.suspended_at

    @strawberry.field(extensions=[BY_ADMIN])
    def suspension_reason(self) -> str | None:
        return self.row.suspension_reason

    @strawberry.field(extensions=[BY_ADMIN])
    def deleted_at(self) -> datetime | None:
        return self.row.deleted_at

    @strawberry.field(extensions=[BY_ADMIN])
    async def updated_by(self, info: Info) -> "AdminUser | None":
        by = self.row.updated_by
        row = await info.context.loader(users_by_id).load(by) if by else None
        return AdminUser(row=row) if row else None

    @strawberry.field(extensions=[BY_ADMIN])
    def created_at(self) -> datetime | None:
        return self.row.created_at

    @strawberry.field(extensions=[BY_ADMIN])
    def updated_at(self) -> datetime | None:
        return self.row.updated_at

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        if info.context.principal.role not in BACK_OFFICE:
            return None
        row = await info.context.loader(users_by_id).load(parse_id(id))
        return cls(row=row) if row else None


@strawberry.input(description="`text` is matched against name, e-mail and phone number.")
class UserFilter:
    text: str | None = None
    roles: list[Role] | None = None
    suspended: bool | None = None
    deleted: bool | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None

    def to_criteria(self, region: str) -> store.UserCriteria:
        """`region` is where a phone number is from that does not say."""
        return store.UserCriteria(
            sought=sought_in(self.text or "", region),
            roles=None if self.roles is None else [role.value for role in self.roles],
            suspended=self.suspended,
            deleted=self.deleted,
            created_from=self.created_from,
            created_to=self.created_to,
        )


@strawberry.type
class PeopleAdminQuery:
    @strawberry.field(description="Who is signed in.", extensions=[requires_role(*BACK_OFFICE)])
    async def me(self, info: Info) -> AdminUser | None:
        row = await info.context.loader(users_by_id).load(info.context.principal.require_user())
        return AdminUser(row=row) if row and row.deleted_at is None else None

    @strawberry.field(extensions=[BY_ADMIN])
    async def user(self, info: Info, id: strawberry.ID) -> AdminUser | None:  # noqa: A002 - the argument's name
        row = await info.context.loader(users_by_id).load(parse_id(id))
        return AdminUser(row=row) if row else None

    @strawberry.field(extensions=[BY_ADMIN])
    async def users(
        self,
        info: Info,
        filter: UserFilter = ALL,  # noqa: A002 - the argument's name
        order_by: UserOrder = UserOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminUser]:
        criteria = filter.to_criteria(info.context.resources[Settings].phone_region)
        async with info.context.database.reading() as session:
            found = await store.page_of_users(
                session, criteria, order=order_by.value, first=first, after=after, count=wants_total(info)
            )
        return Connection.of(found, lambda row: AdminUser(row=row))


@strawberry.input
class UpdateUserInput:
    user_id: strawberry.ID
    display_name: str | None = strawberry.UNSET
    phone_number: str | None = strawberry.UNSET
    role: Role | None = strawberry.UNSET

    def given(self, region: str) -> dict[str, Any]:
        return given(region, display_name=self.display_name, phone_number=self.phone_number, role=self.role)


@strawberry.type
class PeopleAdminMutation:
    @strawberry.mutation(
        description="Takes effect for tokens already handed out too, within a minute.", extensions=[BY_ADMIN]
    )
    async def update_user(self, info: Info, input: UpdateUserInput) -> AdminUser:  # noqa: A002 - the argument's name
        user_id, today = parse_id(input.user_id, "userId"), clock.today(info.context.settings.time_zone)
        changed = input.given(info.context.resources[Settings].phone_region)
        async with _changing(info) as session:
            return AdminUser(row=await update_user(session, user_id, changed, today))

    @strawberry.mutation(extensions=[BY_ADMIN])
    async def suspend_user(self, info: Info, user_id: strawberry.ID, reason: str) -> AdminUser:
        async with _changing(info) as session:
            return AdminUser(row=await suspend_user(session, parse_id(user_id, "userId"), reason))

    @strawberry.mutation(extensions=[BY_ADMIN])
    async def restore_user(self, info: Info, user_id: strawberry.ID) -> AdminUser:
        async with _changing(info) as session:
            return AdminUser(row=await restore_user(session, parse_id(user_id, "userId")))


def _changing(info: Info) -> AbstractAsyncContextManager[AsyncSession]:
    return info.context.database.transaction(by=info.context.principal.require_user())
