"""Take what the provider says of a payment, under the lock of its row: the one place where money is believed."""

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.outbox import publish

from ..events import AccountIssued
from ..ledger import store as ledger
from ..ledger.request_reconciliation import request_reconciliation
from ..ledger.rules import due_into_account
from ..ledger.tables import Payment, PaymentStatus
from ..provider.snapshot import Snapshot
from ..refunds.follow import follow_refunds
from ..refunds.store import refunds_of
from .close import close_unpaid
from .receive_money import receive_money
from .rules import PENDING_GRACE, Finding, Ticket, finding, is_closing, must_close, next_ask_at, status_while_waiting

logger = structlog.get_logger(__name__)


async def apply_snapshot(
    session: AsyncSession, cache: Cache, payment: Payment, ticket: Ticket, snapshot: Snapshot
) -> Finding:
    found = finding(payment, ticket, snapshot)
    if found is not Finding.STALE:
        payment.read_applied = ticket.number
        await _act_on(session, payment, found, snapshot)
    payment.ask_at = next_ask_at(payment, await refunds_of(session, payment.id), clock.now())
    if payment.wishes != ticket.wishes:
        request_reconciliation(session, cache, payment)
    return found


async def _act_on(session: AsyncSession, payment: Payment, found: Finding, snapshot: Snapshot) -> None:
    _note_details(payment, snapshot)
    if found is Finding.WAITING:
        _wait(session, payment, snapshot)
    elif found is Finding.UNCLEAR:
        logger.warning("unknown_payment_state", payment_id=str(payment.id), state=snapshot.said)
        _close_if_asked(session, payment, snapshot, undecided=True)
    elif found is Finding.ENDED:
        close_unpaid(session, payment, "ended by the provider")
    elif found is not Finding.KNOWN:
        receive_money(session, payment, found, snapshot)
    if payment.paid_at is not None and snapshot.money_came:
        await follow_refunds(session, payment, snapshot)


def _note_details(payment: Payment, snapshot: Snapshot) -> None:
    payment.method = snapshot.method or payment.method
    payment.transaction_id = snapshot.transaction_id or payment.transaction_id
    payment.receipt_url = snapshot.receipt_url or payment.receipt_url


def _wait(session: AsyncSession, payment: Payment, snapshot: Snapshot) -> None:
    status = status_while_waiting(snapshot)
    if status is not payment.status:
        ledger.note(session, payment, f"the provider says {snapshot.said}", snapshot.failure)
    payment.status, payment.failure_reason = status, snapshot.failure
    _take_account(session, payment, snapshot)
    _close_if_asked(session, payment, snapshot, undecided=status is PaymentStatus.PENDING)


def _close_if_asked(session: AsyncSession, payment: Payment, snapshot: Snapshot, *, undecided: bool) -> None:
    now = clock.now()
    if undecided and is_closing(payment) and payment.pending_until is None:
        payment.pending_until = now + PENDING_GRACE
    if must_close(payment, now, undecided=undecided):
        close_unpaid(session, payment, f"the provider says {snapshot.said}")


def _take_account(session: AsyncSession, payment: Payment, snapshot: Snapshot) -> None:
    account = snapshot.account
    if account is None or (payment.account_number, payment.account_due_at) == (account.number, account.due_at):
        return
    payment.account_bank, payment.account_number = account.bank, account.number
    payment.account_due_at = account.due_at
    due_at = due_into_account(payment)
    publish(session, AccountIssued(booking_id=payment.booking_id, payment_id=payment.id, due_at=due_at))
