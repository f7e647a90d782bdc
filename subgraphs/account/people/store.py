"""Every SQL statement about people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from chassis.pagination import Order, Page, page
from chassis.searches import Sought

from .tables import User


class UserOrder(Enum):
    CREATED_AT_DESC = (Order(col(User.created_at), descending=True), Order(col(User.id), descending=True))
    CREATED_AT_ASC = (Order(col(User.created_at)), Order(col(User.id)))
    EMAIL_ASC = (Order(col(User.email)), Order(col(User.id)))


@dataclass(frozen=True)
class UserCriteria:
    """`sought`: each is part of the name, e-mail or phone number, whatever the case.

    `deleted` None or False: those who are here, as everywhere; True: those who left.
    """

    sought: Sequence[Sought] = ()
    roles: Sequence[str] | None = None
    suspended: bool | None = None
    deleted: bool | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


async def find_user(session: AsyncSession, user_id: UUID) -> User | None:
    return (await session.exec(select(User).where(User.id == user_id))).first()


async def find_user_by_email(session: AsyncSession, email: str) -> User | None:
    return (await session.exec(select(User).where(func.lower(User.email) == email.lower()))).first()


async def users_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, User]:
    """Those who left are among them: what they wrote and booked still points at them."""
    rows = await session.exec(select(User).where(col(User.id).in_(ids)).execution_options(include_deleted=True))
    return {user.id: user for user in rows}


async def share_lock_user(session: AsyncSession, user_id: UUID) -> User | None:
    """The person, whom nobody can suspend, change or give another password until the transaction ends."""
    statement = select(User).where(User.id == user_id).with_for_update(read=True)
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def lock_user(session: AsyncSession, user_id: UUID) -> User | None:
    """The person as they are once nobody else changes them; new rows may point at them meanwhile."""
    return (await session.exec(_locked(select(User).where(User.id == user_id)))).first()


async def lock_with_administrators(session: AsyncSession, user_id: UUID) -> Sequence[User]:
    """Lock the person and whoever may administrate, always in the same order; those who may, the person among them.

    Two who would take each other's role come one after the other, and the second sees what the first has done.
    """
    administrates = and_(col(User.role) == "ADMIN", col(User.suspended_at).is_(None))
    statement = select(User).where(or_(col(User.id) == user_id, administrates)).order_by(col(User.id))
    rows = await session.exec(_locked(statement))
    return [user for user in rows if user.role == "ADMIN" and user.suspended_at is None]


async def database_now(session: AsyncSession) -> datetime:
    now: datetime = (await session.exec(select(func.clock_timestamp()))).one()
    return now


async def revoked_since(session: AsyncSession, since: datetime) -> dict[UUID, datetime]:
    """Of those who left too: their tokens outlive them."""
    statement = select(User.id, User.tokens_revoked_at).where(col(User.tokens_revoked_at) > since)
    rows = await session.exec(statement.execution_options(include_deleted=True))
    return {user_id: revoked_at for user_id, revoked_at in rows if revoked_at}


async def page_of_users(
    session: AsyncSession, criteria: UserCriteria, *, order: UserOrder, first: int, after: str | None, count: bool
) -> Page[User]:
    statement = select(User).where(*_conditions(criteria))
    if criteria.deleted:
        statement = statement.where(col(User.deleted_at).is_not(None)).execution_options(include_deleted=True)
    return await page(session, statement, order=order.value, first=first, after=after, count=count)


def _locked(statement: SelectOfScalar[User]) -> SelectOfScalar[User]:
    return statement.with_for_update(key_share=True).execution_options(populate_existing=True)


def _conditions(criteria: UserCriteria) -> list[ColumnElement[bool]]:
    said = ([col(User.searched).like(func.lower(each)) for each in sought.patterns] for sought in criteria.sought)
    conditions: list[ColumnElement[bool]] = [or_(*any_of) for any_of in said]
    if criteria.roles is not None:
        conditions.append(col(User.role).in_(criteria.roles))
    if criteria.suspended is not None:
        suspended = col(User.suspended_at)
        conditions.append(suspended.is_not(None) if criteria.suspended else suspended.is_(None))
    if criteria.created_from is not None:
        conditions.append(col(User.created_at) >= criteria.created_from)
    if criteria.created_to is not None:
        conditions.append(col(User.created_at) < criteria.created_to)
    return conditions
