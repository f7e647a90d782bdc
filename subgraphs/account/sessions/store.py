"""Every SQL statement about sessions."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import RefreshToken


async def find_refresh_token(session: AsyncSession, token_hash: bytes) -> RefreshToken | None:
    """As it is now: a transaction that waited for its person's lock has to look again."""
    statement = select(RefreshToken).where(RefreshToken.token_hash == token_hash)
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def end_sessions(session: AsyncSession, user_id: UUID, at: datetime) -> None:
    living = (col(RefreshToken.user_id) == user_id, col(RefreshToken.ended_at).is_(None))
    await session.exec(update(RefreshToken).where(*living).values(ended_at=at))


async def end_family(session: AsyncSession, family_id: UUID, at: datetime) -> None:
    family = (col(RefreshToken.family_id) == family_id, col(RefreshToken.ended_at).is_(None))
    await session.exec(update(RefreshToken).where(*family).values(ended_at=at))


async def forget_sessions(session: AsyncSession, before: datetime) -> None:
    await session.exec(delete(RefreshToken).where(col(RefreshToken.expires_at) < before))
