"""Write down that the money of a refund went back by another way."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import NotFound

from ..ledger import store as ledger
from . import store
from .rules import ensure_reason, ensure_settleable_by_hand
from .settle import settle_refund
from .tables import Refund


async def settle_refund_by_hand(session: AsyncSession, refund_id: UUID, note: str) -> Refund:
    """Raises InvalidInput, NotFound, and Conflict for what is settled or may still be settled by the provider."""
    ensure_reason(note, "note")
    payment = await store.lock_payment_of_refund(session, refund_id)
    if payment is None:
        raise NotFound("There is no such refund.")
    refund = await store.get_refund(session, refund_id)
    ensure_settleable_by_hand(refund)
    ledger.note(session, payment, "settled by hand", note)
    settle_refund(session, payment, refund)
    return refund
