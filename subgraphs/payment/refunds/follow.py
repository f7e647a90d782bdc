"""Follow the refunds of a payment by what the provider says, and make ready the next one to send."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import structlog
from prometheus_client import Counter
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import after_commit
from chassis.ids import uuid7

from ..ledger import store as ledger
from ..ledger.rules import left_to_refund
from ..ledger.tables import Payment
from ..provider.snapshot import Cancellation, Outcome, Snapshot
from . import store
from .owe import owe_refund
from .rules import cancellation_of, cancellations_of_others, is_owed, is_under_way, known_cancellations, next_to_send
from .settle import fail_refund, lower_refund, record_outcome
from .tables import Refund, RefundCause, RefundStatus

logger = structlog.get_logger(__name__)

TOO_MUCH: Final = "more given back than was left"
GIVEN_TOO_MUCH: Final = Counter(
    "payment_given_back_beyond_left_total", "Refunds in the provider's console of more than we know was left."
)


async def follow_refunds(session: AsyncSession, payment: Payment, snapshot: Snapshot) -> None:
    refunds = await store.refunds_of(session, payment.id)
    for refund in refunds:
        found = cancellation_of(refund, snapshot, known_cancellations(refunds)) if is_under_way(refund) else None
        if found is not None:
            record_outcome(session, payment, refund, found)
    for cancellation in cancellations_of_others(snapshot, refunds):
        await _take_down(session, payment, refunds, cancellation)
    await session.flush()  # what has ended makes room for the next, and the database looks at each row by itself
    _make_ready(session, payment, refunds, snapshot)


async def _take_down(
    session: AsyncSession, payment: Payment, refunds: Sequence[Refund], cancellation: Cancellation
) -> None:
    """Somebody gives money back in the provider's own console, or a refusal of ours was none.

    It is what we owe anyway if the amount says so. Else it counts once it is back: what does not come to pass
    there is nothing we would have to make good.
    """
    owed = [each for each in refunds if is_owed(each)]
    same = next((each for each in owed if each.amount == cancellation.amount), None)
    if same is not None:
        record_outcome(session, payment, same, cancellation)
    elif cancellation.outcome is Outcome.SUCCEEDED:
        rest = _count_towards(session, payment, owed, cancellation)
        await _take_down_rest(session, payment, refunds, cancellation, rest)


def _count_towards(
    session: AsyncSession, payment: Payment, owed: Sequence[Refund], cancellation: Cancellation
) -> Decimal:
    """What is more than was left was owed already, the oldest first; what remains besides."""
    rest = cancellation.amount
    for refund in owed:
        if rest <= left_to_refund(payment):
            break
        if refund.amount <= rest:
            record_outcome(session, payment, refund, cancellation)
            rest -= refund.amount
    return rest


async def _take_down_rest(
    session: AsyncSession, payment: Payment, refunds: Sequence[Refund], cancellation: Cancellation, rest: Decimal
) -> None:
    if rest > left_to_refund(payment):
        _make_room(session, payment, refunds, rest)
    if 0 < rest <= left_to_refund(payment):
        reason = "Given back at the payment provider."
        refund = owe_refund(session, payment, rest, reason=reason, cause=RefundCause.AT_PROVIDER)
        record_outcome(session, payment, refund, cancellation)
    elif rest and not any(is_under_way(each) for each in refunds):
        # Of one under way the provider has yet to say whether there was room for it.
        await _note_too_much(session, payment, cancellation)


def _make_room(session: AsyncSession, payment: Payment, refunds: Sequence[Refund], rest: Decimal) -> None:
    """Of what is owed besides, only what is left can still go. Whatever could not be counted towards is larger than
    the rest, so that lowering one is enough.
    """
    missing = rest - left_to_refund(payment)
    larger = next((each for each in refunds if is_owed(each) and each.amount > missing), None)
    if larger is not None:
        lower_refund(session, payment, larger, missing)


async def _note_too_much(session: AsyncSession, payment: Payment, cancellation: Cancellation) -> None:
    """Once, however often the provider is read."""
    detail = f"{cancellation.amount:f} {payment.paid_currency}, {cancellation.id} at the provider"
    if await ledger.is_noted(session, payment, TOO_MUCH, detail):
        return
    ledger.note(session, payment, TOO_MUCH, detail)
    logger.error("more_given_back_than_left", payment_id=str(payment.id), cancellation_id=cancellation.id)
    after_commit(session, _count_too_much)


async def _count_too_much() -> None:
    GIVEN_TOO_MUCH.inc()


def _make_ready(session: AsyncSession, payment: Payment, refunds: Sequence[Refund], snapshot: Snapshot) -> None:
    """Key and amounts are stored before the first send and stay as they are: a retry says the same thing again."""
    refund = next_to_send(refunds, clock.now())
    if refund is None or is_under_way(refund):
        return
    if refund.amount > snapshot.cancellable:
        # What is under way there may still fail, and leave room; what is back there never does.
        final = refund.amount > snapshot.total - snapshot.cancelled
        refund.attempts += 1
        reason = f"Only {snapshot.cancellable:f} can be given back at the provider."
        fail_refund(session, payment, refund, reason, final=final)
        return
    refund.status = RefundStatus.REQUESTED
    refund.key, refund.cancellable = str(uuid7()), snapshot.cancellable
