"""Note what account says about somebody: whether they host."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.principal import Role

from . import store

_HOSTING = {Role.HOST.value, Role.ADMIN.value}


async def note_role(session: AsyncSession, user_id: UUID, role: str, at: datetime) -> None:
    """However often it is said: what is older than what is known undoes nothing."""
    if role in _HOSTING:
        await store.upsert_host(session, user_id, at)
    else:
        await store.delete_host(session, user_id, at)
