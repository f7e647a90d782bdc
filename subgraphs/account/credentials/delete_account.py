"""Delete an account: what is known of the person goes, the row stays for what older things point at."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..bookings.rules import HasBookings
from ..bookings.store import has_live_bookings
from ..events import UserDeleted
from ..mailed_tokens.store import forget_tokens_of
from ..people import store as people
from ..people.revoke import revoke_tokens
from ..people.rules import clear_person, ensure_administrator_left, ensure_checked, ensure_found
from ..people.tables import User
from ..sessions import store as sessions


async def delete_account(session: AsyncSession, checked: User) -> None:
    """By the person, whose password was checked."""
    administrators = await people.lock_with_administrators(session, checked.id)
    user = ensure_checked(await people.find_user(session, checked.id), checked)
    await _delete(session, user, administrators)


async def delete_user(session: AsyncSession, user_id: UUID) -> User:
    """By an administrator."""
    administrators = await people.lock_with_administrators(session, user_id)
    user = ensure_found(await people.find_user(session, user_id))
    await _delete(session, user, administrators)
    return user


async def _delete(session: AsyncSession, user: User, administrators: Sequence[User]) -> None:
    ensure_administrator_left(user, administrators)
    if await has_live_bookings(session, user.id):
        raise HasBookings
    await revoke_tokens(session, user)
    await sessions.end_sessions(session, user.id, clock.now())
    await forget_tokens_of(session, user.id)
    clear_person(user)
    user.deleted_at = clock.now()
    publish(session, UserDeleted.of(user.id, user.role))
