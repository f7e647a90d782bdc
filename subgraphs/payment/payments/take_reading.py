"""Take what the provider says of a payment, under the lock of its row: the one place where money is believed."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.outbox import publish

from ..events import AccountIssued
from . import store
from .ask_soon import ask_soon
from .end_unpaid import end_unpaid
from .follow_refunds import follow_refunds
from .reading import Reading, Ticket
from .rules import PENDING_GRACE, Finding, finding, must_close, next_asking, status_while_waiting
from .tables import Payment, PaymentStatus
from .take_money import take_money


async def take_reading(
    session: AsyncSession, cache: Cache, payment: Payment, ticket: Ticket, reading: Reading
) -> Finding:
    found = finding(payment, ticket, reading)
    if found is not Finding.STALE:
        payment.read_applied = ticket.number
        await _act_on(session, payment, found, reading)
    payment.ask_at = next_asking(payment, await store.refunds_of(session, payment.id), clock.now())
    if payment.wishes != ticket.wishes:
        ask_soon(session, cache, payment)
    return found


async def _act_on(session: AsyncSession, payment: Payment, found: Finding, reading: Reading) -> None:
    _note_details(payment, reading)
    if found is Finding.WAITING:
        _wait(session, payment, reading)
    elif found is Finding.ENDED:
        end_unpaid(session, payment, "ended by the provider")
    elif found is not Finding.KNOWN:
        take_money(session, payment, found, reading)
    if payment.paid_at is not None:
        await follow_refunds(session, payment, reading)


def _note_details(payment: Payment, reading: Reading) -> None:
    payment.method = reading.method or payment.method
    payment.transaction_id = reading.transaction_id or payment.transaction_id
    payment.receipt_url = reading.receipt_url or payment.receipt_url


def _wait(session: AsyncSession, payment: Payment, reading: Reading) -> None:
    status = status_while_waiting(reading)
    if status is not payment.status:
        store.note(session, payment, f"the provider says {reading.said}", reading.failure)
    payment.status, payment.failure_reason = status, reading.failure
    _take_account(session, payment, reading)
    now = clock.now()
    if payment.close_requested_at is not None and status is PaymentStatus.PENDING and payment.pending_until is None:
        payment.pending_until = now + PENDING_GRACE
    if must_close(payment, now):
        end_unpaid(session, payment, f"the provider says {reading.said}")


def _take_account(session: AsyncSession, payment: Payment, reading: Reading) -> None:
    account = reading.account
    if account is None or payment.account_number == account.number:
        return
    payment.account_bank, payment.account_number = account.bank, account.number
    payment.account_due_at = account.due_at
    publish(
        session,
        AccountIssued(
            booking_id=payment.booking_id, payment_id=payment.id, due_at=payment.account_due_at or payment.due_at
        ),
    )
