"""Say to which bank account a refund goes that can't go back the way the money came."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.errors import NotFound

from ..ledger import store as ledger
from ..ledger.request_reconciliation import request_reconciliation
from ..ledger.rules import is_mine
from ..provider.snapshot import RefundAccount
from . import store
from .rules import ensure_account, ensure_needs_account, goes_to
from .tables import Refund, RefundStatus


async def provide_refund_account(
    session: AsyncSession, cache: Cache, payer_id: UUID, refund_id: UUID, account: RefundAccount
) -> Refund:
    """The same account again changes nothing.

    Raises NotFound for another's refund, InvalidInput, and Conflict where no account is waited for.
    """
    payment = await store.lock_payment_of_refund(session, refund_id)
    if payment is None or not is_mine(payment, payer_id):
        raise NotFound("There is no such refund.")
    ensure_account(account)
    refund = await store.get_refund(session, refund_id)
    if goes_to(refund, account) and refund.status is RefundStatus.REQUESTED:
        return refund
    ensure_needs_account(refund)
    refund.account_bank, refund.account_number, refund.account_holder = account.bank, account.number, account.holder
    refund.status, refund.try_at, refund.failure_reason = RefundStatus.REQUESTED, clock.now(), None
    ledger.note(session, payment, "refund account provided")
    request_reconciliation(session, cache, payment)
    return refund
