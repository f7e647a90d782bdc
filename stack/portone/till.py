"""The simulator's state while it runs: the books, the switches, and what is announced when a payment changes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from stack.portone import payments
from stack.portone.books import Books
from stack.portone.payments import Cancellation, CancellationStatus, Order, Payment, Status
from stack.portone.refusals import refusal
from stack.portone.settings import Settings
from stack.portone.switches import Refunds, Switches, asked_by_header
from stack.portone.webhooks import Courier, announcement

_ANNOUNCED = {
    Status.READY: "Transaction.Ready",
    Status.PAY_PENDING: "Transaction.PayPending",
    Status.VIRTUAL_ACCOUNT_ISSUED: "Transaction.VirtualAccountIssued",
    Status.PAID: "Transaction.Paid",
    Status.FAILED: "Transaction.Failed",
    Status.PARTIAL_CANCELLED: "Transaction.PartialCancelled",
    Status.CANCELLED: "Transaction.Cancelled",
}


def now() -> datetime:
    return datetime.now(UTC)


class Till:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.books = Books(settings.file)
        self._switches = self.books.find_switches() or settings.switches.model_copy()
        self.courier = Courier(settings, self.books)
        self._timers: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self.courier.start()
        for payment in self.books.payments():
            if payment.status in payments.WAITING:
                self._deposit_later(payment)
            for each in payment.cancellations:
                if each.status == CancellationStatus.REQUESTED:
                    self._settle_later(payment.id, each)

    async def stop(self) -> None:
        for each in self._timers:
            each.cancel()
        await self.courier.stop()
        self.books.close()

    @property
    def switches(self) -> Switches:
        return Switches.model_validate({**self._switches.model_dump(), **asked_by_header()})

    def switch(self, switches: Switches) -> None:
        self._switches = switches
        self.books.save_switches(switches)

    def spend(self, count: str) -> bool:
        """Use up one of a count that runs down; what a request asked for itself counts for it alone."""
        left: int = getattr(self.switches, count)
        if left and count not in asked_by_header():
            self.switch(self._switches.model_copy(update={count: left - 1}))
        return left > 0

    def clear(self) -> None:
        for each in self._timers:
            each.cancel()
        self.courier.clear()
        self.books.clear()
        self._switches = self.settings.switches.model_copy()

    def get(self, payment_id: str) -> Payment:
        payment = self.books.find_payment(payment_id)
        if payment is None:
            raise refusal("PAYMENT_NOT_FOUND", "no window was ever opened for this payment")
        return payment

    def open_window(self, order: Order) -> Payment:
        if order.store_id != self.settings.store_id or order.channel_key != self.settings.channel_key:
            raise refusal("INVALID_REQUEST", "unknown store or channel")
        earlier = self.books.find_payment(order.payment_id)
        payment = payments.attempt(order, earlier, now())
        self._record(payment)
        return payment

    def change(self, payment: Payment, move: Callable[[Payment], None]) -> Payment:
        """Make a move and tell the merchant of the state it led to."""
        move(payment)
        self._record(payment)
        if payment.status in payments.WAITING:
            self._deposit_later(payment)
        return payment

    def deposit(self, payment: Payment) -> None:
        """The money of a pending payment or of an account number arrives."""
        self.change(payment, lambda each: payments.deposit(each, now()))

    def cancel(self, payment: Payment, amount: int | None, expected: int | None, reason: str) -> Cancellation:
        if self.spend("refusals"):
            raise refusal(self.switches.refused_as, "switched on: a refusal")
        cancellation = payments.ask_to_cancel(payment, amount, expected, reason, now())
        if self.switches.refunds == Refunds.STAY_REQUESTED:
            self.books.save_payment(payment)
            self._announce("Transaction.CancelPending", payment, cancellation)
            self._settle_later(payment.id, cancellation)
        else:
            self.settle(payment, cancellation.id, succeeded=self.switches.refunds == Refunds.SUCCEED)
        return cancellation

    def settle(self, payment: Payment, cancellation_id: str, *, succeeded: bool) -> None:
        """End a cancellation that is REQUESTED."""
        cancellation = next((each for each in payment.cancellations if each.id == cancellation_id), None)
        if cancellation is None or cancellation.status != CancellationStatus.REQUESTED:
            raise refusal("INVALID_REQUEST", "no such cancellation is open")
        if succeeded:
            payments.settle(payment, cancellation, now())
        else:
            cancellation.status = CancellationStatus.FAILED
        self.books.save_payment(payment)
        if succeeded:
            self._announce(_ANNOUNCED[payment.status], payment, cancellation)

    def _record(self, payment: Payment) -> None:
        self.books.save_payment(payment)
        self._announce(_ANNOUNCED[payment.status], payment)

    def _announce(self, kind: str, payment: Payment, cancellation: Cancellation | None = None) -> None:
        self.courier.send(announcement(kind, payment, cancellation, now()), self.switches)

    def _settle_later(self, payment_id: str, cancellation: Cancellation) -> None:
        if self.switches.refund_settles_after is None:
            return
        due_at = cancellation.requested_at + timedelta(seconds=self.switches.refund_settles_after)
        succeeded = self.switches.refund_settles

        def settle() -> None:
            payment = self.get(payment_id)
            open_ones = [each.id for each in payment.cancellations if each.status == CancellationStatus.REQUESTED]
            if cancellation.id in open_ones:
                self.settle(payment, cancellation.id, succeeded=succeeded)

        self._at(due_at, settle)

    def _deposit_later(self, payment: Payment) -> None:
        if self.switches.deposit_after is None:
            return
        due_at = payment.status_changed_at + timedelta(seconds=self.switches.deposit_after)

        def deposit() -> None:
            current = self.get(payment.id)
            if current.status in payments.WAITING:
                self.deposit(current)

        self._at(due_at, deposit)

    def _at(self, due_at: datetime, deed: Callable[[], None]) -> None:
        async def wait_and_do() -> None:
            await asyncio.sleep((due_at - now()).total_seconds())
            deed()

        timer = asyncio.create_task(wait_and_do())
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)
