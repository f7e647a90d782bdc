"""What must be true of money: in = kept + back, for each payment here and at the provider, and for its booking."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from chassis.money import from_minor
from stack.books.breach import Breach, Row, many, one
from stack.books.read import Books

UNPAID: Final[set[str | None]] = {"READY", "PENDING", "VIRTUAL_ACCOUNT_ISSUED", "FAILED"}
PAID: Final[set[str | None]] = {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"}
# Given back without the booking's asking: by hand, here or at the provider; late, or not what was asked.
BY_OTHERS: Final = {"BY_HAND", "AT_PROVIDER"}


@dataclass(frozen=True)
class Paid:
    """A payment with its refunds."""

    row: Row
    refunds: list[Row]

    @property
    def about(self) -> str:
        return f"payment {self.row['id']} of booking {self.row['booking_id']}"

    @property
    def came(self) -> Decimal:
        return Decimal(self.row["paid_amount"] or 0)

    @property
    def kept(self) -> Decimal:
        return self.came - Decimal(self.row["refunded"]) - Decimal(self.row["refunding"])

    @property
    def elsewhere(self) -> Decimal:
        """What went back past the provider, as somebody wrote down: it has no cancellation there."""
        done = (each for each in self.refunds if each["status"] == "SUCCEEDED" and each["cancellation_id"] is None)
        return sum((each["amount"] for each in done), Decimal(0))

    def given(self, *causes: str) -> Decimal:
        return sum((each["amount"] for each in self.refunds if each["cause"] in causes), Decimal(0))


def money(books: Books) -> Iterator[Breach]:
    refunds = many(books.at["payment"].refunds, "payment_id")
    payments = [Paid(row, refunds.get(row["id"], [])) for row in books.at["payment"].payments]
    provider = {entry["payment_id"]: entry for entry in books.provider}
    for payment in payments:
        yield from _refunds(payment)
        yield from _provider(payment, provider.pop(str(payment.row["id"]), None))
    for payment_id, entry in provider.items():
        if entry["paid"]:
            yield Breach(
                "no money without a payment", f"payment {payment_id}", f"{entry['paid']} at the provider alone"
            )
    yield from _bookings(books, payments)
    yield from _told(books)


def _refunds(payment: Paid) -> Iterator[Breach]:
    """A payment counts its refunds, and no more goes back than came."""
    settled = sum((each["amount"] for each in payment.refunds if each["status"] == "SUCCEEDED"), Decimal(0))
    open_ones = sum((each["amount"] for each in payment.refunds if each["status"] != "SUCCEEDED"), Decimal(0))
    counted = (payment.row["refunded"], payment.row["refunding"])
    if counted != (settled, open_ones):
        says = f"refunded and refunding are {counted}, by its refunds {(settled, open_ones)}"
        yield Breach("a payment counts its refunds", payment.about, says, forever=True)
    if payment.kept < 0:
        yield Breach("no more back than came", payment.about, f"{-payment.kept:f} too much", forever=True)


def _provider(payment: Paid, entry: dict[str, Any] | None) -> Iterator[Breach]:
    """What came and what is back is the same here and there; what is under way is there, or waits for somebody."""
    currency = payment.row["currency"]
    there = tuple(from_minor(entry[part], currency) if entry else Decimal(0) for part in ("paid", "cancelled"))
    here = (payment.came, payment.row["refunded"] - payment.elsewhere)
    if (surplus := there[1] + payment.elsewhere - there[0]) > 0:
        yield Breach("no more back than came", payment.about, f"{surplus:f} too much, with what went back elsewhere")
    if there != here:
        says = f"paid and back are {here}, at the provider {there}"
        yield Breach("the provider says the same of a payment", payment.about, says)
    for refund in payment.refunds:
        there_too = entry is not None and refund["cancellation_id"] in entry["open_cancellations"]
        waits = refund["status"] == "NEEDS_ACCOUNT" or there_too
        if refund["status"] != "SUCCEEDED" and not waits:
            says = f"refund {refund['id']} of {refund['amount']:f} is {refund['status']}"
            yield Breach("a refund comes to its end", payment.about, says)


def _bookings(books: Books, payments: list[Paid]) -> Iterator[Breach]:
    bookings = one(books.at["booking"].bookings, "id")
    by_booking = {payment.row["booking_id"]: payment for payment in payments}
    for booking_id in by_booking.keys() - bookings.keys():
        yield Breach("no payment without its booking", f"booking {booking_id}", "is not there")
    for booking in bookings.values():
        yield from _booking(booking, by_booking.get(booking["id"]))


def _booking(booking: Row, payment: Paid | None) -> Iterator[Breach]:
    about, status = f"booking {booking['id']}", booking["status"]
    found = payment.row["status"] if payment else None
    if found not in _payment_of(booking):
        yield Breach(
            "a booking has the payment it stands for", about, f"is {status}, its payment {found or 'not there'}"
        )
    if payment is None or status in ("PENDING", "CANCELLING"):
        return
    if status in ("AWAITING_PAYMENT", "CONFIRMED", "COMPLETED") and payment.row["amount"] != booking["total"]:
        yield Breach("the amount is the booking's", about, f"{payment.row['amount']:f} for {booking['total']:f}")
    asked = booking["refund_amount"] or Decimal(0)
    if payment.given("ASKED") != asked:
        yield Breach("a booking gets back what it asks", about, f"{payment.given('ASKED')} of {asked}")
    if status not in ("AWAITING_PAYMENT", "PENDING") and payment.kept != _kept(booking, payment):
        says = f"is {status}; of {payment.came} that came {payment.kept} is kept, not {_kept(booking, payment)}"
        yield Breach("money in is money kept and money back", about, says)


def _payment_of(booking: Row) -> set[str | None]:
    if booking["status"] == "AWAITING_PAYMENT":
        return UNPAID
    if booking["status"] in ("CONFIRMED", "COMPLETED"):
        return {None} if booking["total"] == 0 else PAID
    if booking["status"] in ("REFUSED", "EXPIRED", "CANCELLED"):
        return {None, "CLOSED", *PAID}
    return {None, "CLOSED", *PAID, *UNPAID}


def _kept(booking: Row, payment: Paid) -> Decimal:
    """Of a booking that stands all that came, of one that was cancelled the fee, of any other nothing."""
    by_hand = payment.given(*BY_OTHERS)
    if booking["status"] in ("CONFIRMED", "COMPLETED"):
        return payment.came - by_hand
    if booking["status"] == "CANCELLED" and booking["confirmed_at"] is not None:
        fee = min(Decimal(str(booking["cancellation"]["fee"])), payment.came)
        return max(Decimal(0), fee - by_hand)
    return Decimal(0)


def _told(books: Books) -> Iterator[Breach]:
    """What booking and loyalty know of money is what payment says."""
    payments = one(books.at["payment"].payments, "booking_id")
    for booking in books.at["booking"].bookings:
        payment = payments.get(booking["id"])
        if booking["paid"] is not None and (payment is None or payment["paid_amount"] != booking["paid"]):
            yield Breach("no money out of nothing", f"booking {booking['id']}", f"believes in {booking['paid']}")
    yield from _by_hand(books)
    settled = {each["id"]: each["amount"] for each in books.at["payment"].refunds if each["status"] == "SUCCEEDED"}
    known = {each["refund_id"]: each["amount"] for each in books.at["loyalty"].refunds}
    for refund_id in {refund_id for refund_id, _ in settled.items() ^ known.items()}:
        says = f"is {settled.get(refund_id)} here, {known.get(refund_id)} to points"
        yield Breach("points know what went back", f"refund {refund_id}", says)


def _by_hand(books: Books) -> Iterator[Breach]:
    """A booking counts what is given back by hand from the moment it is set aside, and knows which is back."""
    payments = one(books.at["payment"].payments, "id")
    bookings = one(books.at["booking"].bookings, "id")
    for refund in books.at["payment"].refunds:
        booking = bookings.get(payments[refund["payment_id"]]["booking_id"])
        if booking is None or refund["cause"] != "BY_HAND":
            continue
        others, refund_id = booking["other_refunds"] or {}, str(refund["id"])
        known = (Decimal(others.get("amounts", {}).get(refund_id, 0)), refund_id in others.get("open", []))
        if known != (refund["amount"], refund["status"] != "SUCCEEDED"):
            says = f"refund {refund_id} of {refund['amount']:f} is {refund['status']}, to the booking {known}"
            yield Breach("a booking knows what is given back by hand", f"booking {booking['id']}", says)
