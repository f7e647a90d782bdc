"""Every step at which a process of the flow may die: who, when, and at what."""

from collections.abc import Iterable, Iterator

from subgraphs.accommodation.consumers import consumer as accommodation
from subgraphs.account.consumers import consumer as account
from subgraphs.booking.bookings.flow import Signal
from subgraphs.booking.bookings.tables import Ask
from subgraphs.booking.consumers import consumer as booking
from subgraphs.loyalty.consumers import consumer as loyalty
from subgraphs.payment.consumers import consumer as payment

CONSUMERS = {each.name: each for each in (account, accommodation, booking, loyalty, payment)}
# Not of a booking, or nothing that guests bring about: nights are lost and refunds fail in tests of their own.
ELSEWHERE = {
    *("account.user.registered", "account.user.changed", "account.user.deleted", "loyalty.coupon.accepted"),
    *("loyalty.benefits.coupon-revoked", "payment.payment.refund-failed"),
}
BECAME = ("created", "awaiting-payment", "confirmed", "completed", "refused", "expired", "cancelled")
MESSAGES = {
    *(str(ask) for ask in Ask),
    *(signal for signal in Signal if not signal.startswith("booking.")),
    *(f"booking.booking.{each}" for each in BECAME),
} - ELSEWHERE

Steps = dict[str, list[str]]
"""By the name of the process, as the stack calls it."""


def both(what: Iterable[str]) -> Iterator[str]:
    for each in what:
        yield from (f"before {each}", f"after {each}")


def all_steps() -> Steps:
    workers = {f"{name} worker": [*_takes(name), *_sends(name)] for name in CONSUMERS}
    workers["booking worker"] += both(["commit of job expire_due", "commit of job complete_stayed"])
    calls = ["provider.read", "provider.cancel", "provider.close_account"]
    reads = [*calls, *(f"commit of {call}" for call in calls[:2]), "commit of job reconcile_due_payments"]
    workers["payment worker"] += both(reads)
    apis = {
        "booking api": list(both(["commit of createBooking", "commit of cancelBooking"])),
        "payment api": list(both(["commit of webhook", "provider.read", "commit of provider.read"])),
    }
    return workers | apis


def _takes(name: str) -> list[str]:
    return list(both(f"commit of {message}" for message in sorted(CONSUMERS[name].names & MESSAGES)))


def _sends(name: str) -> list[str]:
    """A booking's commands are said by booking, whoever they are for."""
    said = [each for each in MESSAGES if _teller(each) == name]
    return list(both(f"send of {message}" for message in sorted(said)))


def _teller(message: str) -> str:
    return "booking" if message in set(Ask) else message.partition(".")[0]


def some_steps() -> Steps:
    """A few of each kind, for every run of the tests."""
    return {
        "booking worker": [
            "before commit of accommodation.nights.held",
            "after commit of payment.payment.paid",
            "before send of payment.open-payment",
            "after send of booking.booking.confirmed",
            "after commit of job expire_due",
        ],
        "accommodation worker": [
            "after commit of accommodation.hold-nights",
            "before commit of accommodation.confirm-hold",
            "after send of accommodation.nights.held",
            "before send of accommodation.nights.released",
        ],
        "loyalty worker": [
            "after commit of loyalty.hold-benefits",
            "before commit of loyalty.spend-benefits",
            "after send of loyalty.benefits.given-back",
        ],
        "payment worker": [
            "before commit of payment.open-payment",
            "after provider.cancel",
            "after commit of payment.refund-payment",
            "before commit of provider.read",
        ],
        "booking api": ["after commit of createBooking", "after commit of cancelBooking"],
        "payment api": ["before commit of webhook"],
    }
