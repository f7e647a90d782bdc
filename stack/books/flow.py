"""What must be true of bookings themselves once all is at rest: they wait for nobody but people and the provider."""

from collections.abc import Iterator
from uuid import UUID

from stack.books.breach import Breach, Row, one
from stack.books.read import Books

AT_REST = {"AWAITING_PAYMENT", "CONFIRMED", "COMPLETED", "REFUSED", "EXPIRED", "CANCELLED"}
REFUND = "payment.refund-payment"


def flow(books: Books) -> Iterator[Breach]:
    refunds = one(books.at["payment"].refunds, "id")
    told = one(books.at["account"].bookings, "id")
    for booking in books.at["booking"].bookings:
        if not _waits_for_a_refund(booking, refunds):
            yield from _rests(booking)
        # CANCELLING is a promise that nobody is told of before it is kept.
        known = told[booking["id"]]["status"] if booking["id"] in told else "unknown"
        if booking["status"] != "CANCELLING" and known != booking["status"]:
            says = f"is {booking['status']}, to account {known}"
            yield Breach("everybody knows how a booking stands", f"booking {booking['id']}", says)


def _rests(booking: Row) -> Iterator[Breach]:
    about = f"booking {booking['id']}"
    if booking["stuck_on"]:
        yield Breach("a booking gets through by itself", about, f"is stuck on {', '.join(booking['stuck_on'])}")
    if booking["status"] not in AT_REST or booking["stage"] != booking["status"]:
        says = f"is {booking['status']} at {booking['stage']}, asking {', '.join(booking['asks']) or 'nothing'}"
        yield Breach("a booking comes to rest", about, says)
    elif booking["asks"]:
        yield Breach("a booking is answered", about, f"asks {', '.join(booking['asks'])}")


def _waits_for_a_refund(booking: Row, refunds: dict[object, Row]) -> bool:
    """For somebody's account number, or for the provider: its own refund, or one by hand."""
    if any(ask != REFUND for ask in booking["asks"]):
        return False
    own = [booking["refund_id"]] if booking["asks"] else []
    by_hand = (booking["other_refunds"] or {}).get("open", []) if booking["status"] == "CANCELLING" else []
    waited_for = [refunds.get(each) for each in (*own, *map(UUID, by_hand))]
    return waited_for != [] and all(each is not None and each["status"] != "SUCCEEDED" for each in waited_for)
