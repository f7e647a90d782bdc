"""Have the provider asked about a payment right away, by whichever worker is free first."""

from functools import partial
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.database import after_commit

from .tables import Payment

DUE: Final = "payment:due"


def request_reconciliation(session: AsyncSession, cache: Cache, payment: Payment) -> None:
    """The wish is counted, so that a read that has begun already does not answer it."""
    payment.wishes += 1
    payment.ask_at = clock.now()
    after_commit(session, partial(cache.nudge, DUE))
