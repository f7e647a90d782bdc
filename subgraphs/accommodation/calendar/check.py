"""Check that nights and holds agree: what a night counts is what bookings hold and bought of it, and there is room."""

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store

MOST = 100


async def find_wrong_nights(session: AsyncSession) -> list[store.WrongNight]:
    """At most `MOST`, the earliest first. One statement: while others go on, it sees one instant."""
    return await store.wrong_nights(session, limit=MOST)
