"""Change a person's role."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import UserChanged
from . import store
from .revoke import revoke_tokens
from .rules import ensure_active, ensure_administrator_left, ensure_found, ensure_here
from .tables import User


async def change_role(session: AsyncSession, user_id: UUID, role: str) -> User:
    """Tokens that say the old role fall."""
    administrators = await store.lock_with_administrators(session, user_id)
    user = ensure_found(await store.find_user(session, user_id))
    if user.role != role:
        ensure_administrator_left(user, administrators)
        await _give(session, user, role)
    return user


async def become_host(session: AsyncSession, user_id: UUID) -> User:
    """Who may host already, administrators among them, stays what they are."""
    user = ensure_here(await store.lock_user(session, user_id))
    ensure_active(user)
    if user.role == "GUEST":
        await _give(session, user, "HOST")
    return user


async def _give(session: AsyncSession, user: User, role: str) -> None:
    user.role = role
    await revoke_tokens(session, user)
    publish(session, UserChanged.of(user.id, user.role))
