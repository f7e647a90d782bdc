"""Refunds, a whole level of a query at once, each to its payer or to an administrator."""

from uuid import UUID

from chassis.context import Context

from . import store
from .tables import Refund


async def refunds_by_id(context: Context, ids: list[UUID]) -> list[Refund | None]:
    """Anybody's: for administrators alone."""
    async with context.database.reading() as session:
        found = await store.refunds_with_payers(session, ids)
    return [found[each][0] if each in found else None for each in ids]


async def own_refunds_by_id(context: Context, ids: list[UUID]) -> list[Refund | None]:
    async with context.database.reading() as session:
        found = await store.refunds_with_payers(session, ids)
    asking = context.principal.user_id
    return [found[each][0] if each in found and found[each][1] == asking else None for each in ids]


async def refunds_by_payment(context: Context, payment_ids: list[UUID]) -> list[list[Refund]]:
    async with context.database.reading() as session:
        found = await store.refunds_by_payment(session, payment_ids)
    return [found.get(payment_id, []) for payment_id in payment_ids]
