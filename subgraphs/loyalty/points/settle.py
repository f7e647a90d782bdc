"""Settle what an account owes for earlier refunds, as far as its balance goes."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from .debit import debit_points
from .open import OpenAccount


async def settle_debt(session: AsyncSession, opened: OpenAccount, booking_id: UUID) -> None:
    """`booking_id` is the booking that was refunded, or the one whose earning pays for it."""
    points = min(opened.account.owed, opened.account.balance)
    if points:
        opened.account.owed -= points
        await debit_points(session, opened, points, "Taken back after a refund", booking_id=booking_id)
