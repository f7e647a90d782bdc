"""Restore a person who was suspended."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import UserRestored
from . import store
from .rules import ensure_found
from .tables import User


async def restore_user(session: AsyncSession, user_id: UUID) -> User:
    user = ensure_found(await store.lock_user(session, user_id))
    if user.suspended_at is not None:
        user.suspended_at = user.suspension_reason = None
        publish(session, UserRestored.of(user.id, user.role))
    return user
