"""Payments, a whole level of a query at once, each to its payer or to an administrator."""

from uuid import UUID

from chassis.context import Context

from ..ledger import store as ledger
from ..ledger.rules import is_mine
from ..ledger.tables import Payment, PaymentEvent


async def payments_by_id(context: Context, ids: list[UUID]) -> list[Payment | None]:
    """Anybody's: for administrators alone."""
    async with context.database.reading() as session:
        found = await ledger.payments_by_id(session, ids)
    return [found.get(payment_id) for payment_id in ids]


async def payments_by_booking(context: Context, booking_ids: list[UUID]) -> list[Payment | None]:
    """Anybody's: for administrators alone."""
    async with context.database.reading() as session:
        found = await ledger.payments_by_booking(session, booking_ids)
    return [found.get(booking_id) for booking_id in booking_ids]


async def history_by_payment(context: Context, payment_ids: list[UUID]) -> list[list[PaymentEvent]]:
    async with context.database.reading() as session:
        found = await ledger.history_by_payment(session, payment_ids)
    return [found.get(payment_id, []) for payment_id in payment_ids]


async def own_payments_by_id(context: Context, ids: list[UUID]) -> list[Payment | None]:
    """What is another's is as absent as what does not exist."""
    async with context.database.reading() as session:
        found = await ledger.payments_by_id(session, ids)
    return [_own(context, found.get(payment_id)) for payment_id in ids]


async def own_payments_by_booking(context: Context, booking_ids: list[UUID]) -> list[Payment | None]:
    async with context.database.reading() as session:
        found = await ledger.payments_by_booking(session, booking_ids)
    return [_own(context, found.get(booking_id)) for booking_id in booking_ids]


def _own(context: Context, payment: Payment | None) -> Payment | None:
    return payment if is_mine(payment, context.principal.user_id) else None
