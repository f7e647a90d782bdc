"""End a session: none of its family's refresh tokens works any more."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .take import take_refresh_token


async def end_session(session: AsyncSession, token: str) -> bool:
    """Whether there was a session to end."""
    row = await take_refresh_token(session, token)
    if row is None or row.ended_at is not None:
        return False
    await store.end_family(session, row.family_id, clock.now())
    return True
