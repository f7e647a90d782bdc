"""Take a mailed token in hand, with the person it was mailed to, who is locked from then on."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..people import store as people
from ..people.tables import User
from . import store
from .rules import NotGood, ensure_good, hash_of


async def take_token(session: AsyncSession, token: str, purpose: str) -> User:
    """Raise NotGood also where it was made for an address that is the person's no longer."""
    row = ensure_good(await store.find_token(session, hash_of(token)), purpose, clock.now())
    user = await people.lock_user(session, row.user_id)
    row = ensure_good(await store.find_token(session, row.token_hash), purpose, clock.now())
    if user is None or user.email != row.email:
        raise NotGood
    return user
