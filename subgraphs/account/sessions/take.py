"""Take a refresh token in hand: as it is while nothing else can happen to its person's sessions."""

from sqlmodel.ext.asyncio.session import AsyncSession

from ..people import store as people
from . import store
from .rules import hash_of
from .tables import RefreshToken


async def take_refresh_token(session: AsyncSession, token: str) -> RefreshToken | None:
    """The person's row is the lock of all their sessions: what ends some and what goes on can't wait for each other."""
    found = await store.find_refresh_token(session, hash_of(token))
    if found is None or await people.lock_user(session, found.user_id) is None:
        return None
    return await store.find_refresh_token(session, found.token_hash)
