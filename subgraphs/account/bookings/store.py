"""Every SQL statement about bookings."""

from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import LIVE, Booking


async def find_booking(session: AsyncSession, booking_id: UUID) -> Booking | None:
    return await session.get(Booking, booking_id)


async def lock_booking(session: AsyncSession, booking: Booking) -> Booking:
    """What is known of it, which is `booking` itself where nothing was."""
    await session.exec(insert(Booking).values(booking.model_dump()).on_conflict_do_nothing())
    statement = select(Booking).where(Booking.id == booking.id).with_for_update()
    return (await session.exec(statement.execution_options(populate_existing=True))).one()


async def has_live_bookings(session: AsyncSession, user_id: UUID) -> bool:
    """As guest or as host."""
    of_theirs = or_(col(Booking.guest_id) == user_id, col(Booking.host_id) == user_id)
    live = select(Booking.id).where(of_theirs, col(Booking.status).in_(LIVE))
    return bool((await session.exec(select(exists(live)))).one())
