"""Take a report that brings nothing but itself: opened, closed, confirmed, spent, released, given back."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal


async def take_report(session: AsyncSession, cache: Cache, booking_id: UUID, signal: Signal) -> None:
    booking = await store.lock_booking(session, booking_id)
    await advance_booking(session, cache, booking, signal)
