"""Forget who stayed: the bookings of somebody who left are kept without what they said of themselves."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store

FORMER = "Former guest"


async def forget_guest(session: AsyncSession, user_id: UUID) -> None:
    """Account lets nobody leave while a booking of theirs is live: no host waits for whom they no longer know."""
    await store.clear_guest(session, user_id, name=FORMER)
