"""Refresh a session: trade a refresh token, which works once, for the next one."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .rules import ensure_alive, hash_of, is_repeat, new_salt, successor_of
from .start import StartedSession, sign_for, store_token
from .take import take_refresh_token
from .tokens import TokenSigner


async def refresh_session(
    session: AsyncSession, signer: TokenSigner, token: str, lifetime: timedelta, grace: timedelta
) -> StartedSession | None:
    """None when the token was used before: its family has then been ended, which the caller has to commit."""
    now = clock.now()
    row = ensure_alive(await take_refresh_token(session, token), now)
    if row.used_at is None:
        row.used_at, row.successor_salt = now, new_salt()
        successor = successor_of(token, row.successor_salt)
        store_token(session, row.user_id, row.family_id, successor, lifetime)
    else:
        successor = successor_of(token, row.successor_salt or b"")
        if not is_repeat(row, await store.find_refresh_token(session, hash_of(successor)), now, grace):
            await store.end_family(session, row.family_id, now)
            return None
    return await sign_for(session, signer, row.user_id, row.family_id, successor)
