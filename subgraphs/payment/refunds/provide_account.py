"""Say to which bank account a refund goes that can't go back the way the money came."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.errors import NotFound

from ..ledger import store as ledger
from ..ledger.request_reconciliation import request_reconciliation
from ..ledger.rules import is_mine
from . import store
from .rules import ensure_account, ensure_needs_account
from .tables import Refund, RefundStatus


async def provide_refund_account(
    session: AsyncSession, cache: Cache, payer_id: UUID, refund_id: UUID, *, bank: str, number: str, holder: str
) -> Refund:
    """Raises NotFound for another's refund, InvalidInput, and Conflict where no account is waited for."""
    payment = await store.lock_payment_of_refund(session, refund_id)
    if payment is None or not is_mine(payment, payer_id):
        raise NotFound("There is no such refund.")
    refund = await store.get_refund(session, refund_id)
    ensure_needs_account(refund)
    ensure_account(bank, number, holder)
    refund.account_bank, refund.account_number, refund.account_holder = bank, number, holder
    refund.status, refund.try_at = RefundStatus.REQUESTED, clock.now()
    ledger.note(session, payment, "refund account provided")
    request_reconciliation(session, cache, payment)
    return refund
