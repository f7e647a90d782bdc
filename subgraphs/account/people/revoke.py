"""Revoke a person's tokens: those handed out until now fall, in every subgraph, within a minute."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .rules import next_instant
from .tables import User


async def revoke_tokens(session: AsyncSession, user: User) -> None:
    """`user` is locked, so whoever signs a token has done so before, or will see this instant.

    The clock is read after the lock was had: a statement that had to wait for it would say when it began to wait.
    """
    user.tokens_revoked_at = next_instant(await store.database_now(session), user.tokens_revoked_at)


async def recent_revocations(session: AsyncSession, longest_token: timedelta) -> dict[UUID, datetime]:
    """Until when whose tokens don't count, as far as any of them could still be good."""
    return await store.revoked_since(session, await store.database_now(session) - longest_token)
