"""Every SQL statement about people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import User


async def find_user(session: AsyncSession, user_id: UUID) -> User | None:
    return (await session.exec(select(User).where(User.id == user_id))).first()


async def find_user_by_email(session: AsyncSession, email: str) -> User | None:
    return (await session.exec(select(User).where(func.lower(User.email) == email.lower()))).first()


async def users_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, User]:
    """Those who left are among them: what they wrote and booked still points at them."""
    rows = await session.exec(select(User).where(col(User.id).in_(ids)).execution_options(include_deleted=True))
    return {user.id: user for user in rows}


async def share_locked(session: AsyncSession, user_id: UUID) -> tuple[User, datetime] | None:
    """The person and the database's clock, while nobody can suspend the person or change the role."""
    statement = select(User, func.clock_timestamp()).where(User.id == user_id).with_for_update(read=True)
    row = (await session.exec(statement)).first()
    return (row[0], row[1]) if row else None
