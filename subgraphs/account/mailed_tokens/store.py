"""Every SQL statement about mailed tokens."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import MailedToken


async def find_token(session: AsyncSession, token_hash: bytes) -> MailedToken | None:
    """As it is now: a transaction that waited for its person's lock has to look again."""
    statement = select(MailedToken).where(MailedToken.token_hash == token_hash)
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def use_up(session: AsyncSession, user_id: UUID, purpose: str, at: datetime) -> None:
    """All of the person's tokens of that purpose: an older mail must not do what a newer one has done."""
    theirs = (col(MailedToken.user_id) == user_id, col(MailedToken.purpose) == purpose)
    await session.exec(update(MailedToken).where(*theirs, col(MailedToken.used_at).is_(None)).values(used_at=at))


async def forget_tokens(session: AsyncSession, before: datetime) -> None:
    await session.exec(delete(MailedToken).where(col(MailedToken.expires_at) < before))


async def forget_tokens_of(session: AsyncSession, user_id: UUID) -> None:
    await session.exec(delete(MailedToken).where(col(MailedToken.user_id) == user_id))
