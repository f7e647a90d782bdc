"""Every SQL statement about sessions."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import RefreshToken


async def lock_refresh_token(session: AsyncSession, token_hash: bytes) -> RefreshToken | None:
    statement = select(RefreshToken).where(RefreshToken.token_hash == token_hash).with_for_update()
    return (await session.exec(statement)).first()


async def find_refresh_token(session: AsyncSession, token_hash: bytes) -> RefreshToken | None:
    return (await session.exec(select(RefreshToken).where(RefreshToken.token_hash == token_hash))).first()


async def end_family(session: AsyncSession, family_id: UUID, at: datetime) -> None:
    family = (col(RefreshToken.family_id) == family_id, col(RefreshToken.ended_at).is_(None))
    await session.exec(update(RefreshToken).where(*family).values(ended_at=at))
