"""Follow the refunds of a payment by what the provider says, and make ready the next one to send."""

from collections.abc import Sequence

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.ids import uuid7

from ..ledger.rules import left_to_refund
from ..ledger.tables import Payment
from ..provider.snapshot import Cancellation, Snapshot
from . import store
from .owe import owe_refund
from .rules import cancellation_of, cancellations_of_others, is_under_way, known_cancellations, next_to_send
from .settle import fail_refund, record_outcome
from .tables import Refund, RefundCause, RefundStatus

logger = structlog.get_logger(__name__)


async def follow_refunds(session: AsyncSession, payment: Payment, snapshot: Snapshot) -> None:
    refunds = await store.refunds_of(session, payment.id)
    for refund in refunds:
        found = cancellation_of(refund, snapshot, known_cancellations(refunds)) if is_under_way(refund) else None
        if found is not None:
            record_outcome(session, payment, refund, found)
    for cancellation in cancellations_of_others(snapshot, refunds):
        _take_down(session, payment, refunds, cancellation)
    _make_ready(session, payment, refunds, snapshot)


def _take_down(session: AsyncSession, payment: Payment, refunds: Sequence[Refund], cancellation: Cancellation) -> None:
    """Somebody gave money back in the provider's own console: what we owe anyway, or more than that."""
    owed = (each for each in refunds if each.settled_at is None and not is_under_way(each))
    same = next((each for each in owed if each.amount == cancellation.amount), None)
    if same is None and cancellation.amount > left_to_refund(payment):
        # What we owe besides can't all be given back any more: its refund fails, is shown, and needs a person.
        logger.error("more_given_back_than_left", payment_id=str(payment.id), cancellation_id=cancellation.id)
        return
    refund = same or owe_refund(
        session,
        payment,
        cancellation.amount,
        reason="Given back at the payment provider.",
        cause=RefundCause.AT_PROVIDER,
    )
    record_outcome(session, payment, refund, cancellation)


def _make_ready(session: AsyncSession, payment: Payment, refunds: Sequence[Refund], snapshot: Snapshot) -> None:
    """Key and amounts are stored before the first send and stay as they are: a retry says the same thing again."""
    refund = next_to_send(refunds, clock.now())
    if refund is None or is_under_way(refund):
        return
    if refund.amount > snapshot.cancellable:
        refund.attempts += 1
        fail_refund(session, payment, refund, f"Only {snapshot.cancellable} can be given back at the provider.")
        return
    refund.status = RefundStatus.REQUESTED
    refund.key, refund.cancellable = str(uuid7()), snapshot.cancellable
