"""Renew lowest prices whose last night is over, so that searches need no look at the nights."""

from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store

BATCH = 500


async def renew_lowest_prices(session: AsyncSession, today: date) -> int:
    """Up to a batch; how many those were."""
    return await store.renew_lowest_prices(session, today, BATCH)
