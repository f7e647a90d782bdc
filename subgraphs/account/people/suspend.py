"""Suspend a person: they may not act until they are restored."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..events import UserSuspended
from . import store
from .revoke import revoke_tokens
from .rules import ensure_administrator_left, ensure_found, ensure_reason
from .tables import User


async def suspend_user(session: AsyncSession, user_id: UUID, reason: str) -> User:
    """Whoever is suspended already stays so from when they were, for the new reason."""
    reason = ensure_reason(reason)
    administrators = await store.lock_with_administrators(session, user_id)
    user = ensure_found(await store.find_user(session, user_id))
    user.suspension_reason = reason
    if user.suspended_at is None:
        ensure_administrator_left(user, administrators)
        user.suspended_at = clock.now()
        await revoke_tokens(session, user)
        publish(session, UserSuspended.of(user.id, user.role))
    return user
