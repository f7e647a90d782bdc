"""Send the refund that is due to the provider, and write down its answer."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import Database

from ..ledger import store as ledger
from ..ledger.rules import LEASE
from ..ledger.tables import Payment
from ..provider.protocol import NeverPossible, Provider, ProviderRefused
from ..provider.snapshot import Cancellation, RefundAccount
from . import store
from .rules import next_refund_at, next_to_send
from .settle import fail_refund, record_outcome
from .tables import Refund


@dataclass(frozen=True, slots=True)
class _Sending:
    """One send, as it was written down before it: said again, it is the same."""

    refund: Refund
    key: str
    cancellable: Decimal


async def send_refund(database: Database, provider: Provider, payment_id: UUID) -> bool:
    """Whether one was sent. The provider has just been read: what it holds already is not sent again."""
    async with database.transaction() as session:
        payment = await ledger.lock_payment(session, payment_id)
        sending = await _begin(session, payment)
    if sending is None:
        return False
    refund = sending.refund
    answer: Cancellation | ProviderRefused
    try:
        answer = await provider.cancel(
            payment_id,
            key=sending.key,
            amount=refund.amount,
            currency=refund.currency,
            cancellable=sending.cancellable,
            reason=refund.reason,
            account=_account(refund),
        )
    except ProviderRefused as refused:
        answer = refused
    async with database.transaction() as session:
        payment = await ledger.lock_payment(session, payment_id)
        await _end(session, payment, sending, answer)
    return True


async def _begin(session: AsyncSession, payment: Payment) -> _Sending | None:
    refunds = await store.refunds_of(session, payment.id)
    refund = next_to_send(refunds, clock.now())
    if refund is None or refund.key is None or refund.cancellable is None:
        return None
    refund.attempts += 1
    refund.try_at = clock.now() + LEASE
    ledger.note(session, payment, "refund sent", f"{refund.amount} {refund.currency}, try {refund.attempts}")
    payment.ask_at = next_refund_at(refunds, clock.now())
    return _Sending(refund, refund.key, refund.cancellable)


async def _end(
    session: AsyncSession, payment: Payment, sending: _Sending, answer: Cancellation | ProviderRefused
) -> None:
    refunds = await store.refunds_of(session, payment.id)
    refund = next(each for each in refunds if each.id == sending.refund.id)
    if refund.key != sending.key or refund.settled_at is not None:
        return  # a read has found the outcome first
    if isinstance(answer, Cancellation):
        record_outcome(session, payment, refund, answer)
    else:
        fail_refund(session, payment, refund, str(answer), final=isinstance(answer, NeverPossible))
    # The read that follows at once says when to ask next; should we die before it, another one does it.
    payment.ask_at = next_refund_at(refunds, clock.now()) or clock.now() + LEASE


def _account(refund: Refund) -> RefundAccount | None:
    if not (refund.account_bank and refund.account_number and refund.account_holder):
        return None
    return RefundAccount(refund.account_bank, refund.account_number, refund.account_holder)
