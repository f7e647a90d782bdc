"""What must be true of nights: none oversold, and each that is taken is taken by one booking that stands for it."""

from collections.abc import Iterator

from stack.books.breach import Breach, Row, one
from stack.books.read import Books

# Of a booking that is over, nights are held by nothing; a mark of how it ended stays.
_ENDED = {"REFUSED", "RELEASED", "LOST"}
HOLD_OF = {
    "AWAITING_PAYMENT": {"HELD"},
    "CONFIRMED": {"CONFIRMED"},
    "COMPLETED": {"CONFIRMED"},
    "REFUSED": _ENDED,
    "EXPIRED": _ENDED,
    "CANCELLED": _ENDED,
}


def nights(books: Books) -> Iterator[Breach]:
    for night in books.at["accommodation"].nights:
        about = f"night {night['date']} of room type {night['room_type_id']}"
        if night["units"] is None:
            yield Breach("a held night is on sale", about, "is not there", forever=True)
        elif night["held"] + night["sold"] > night["units"]:
            says = f"{night['held']} held and {night['sold']} sold of {night['units']}"
            yield Breach("no night is oversold", about, says, forever=True)
        counted = (night["held"], night["sold"])
        by_holds = (night["held_by_holds"], night["sold_by_holds"])
        if counted != by_holds:
            says = f"held and sold are {counted}, by its holds {by_holds}"
            yield Breach("a night counts its holds", about, says, forever=True)


def holds(books: Books) -> Iterator[Breach]:
    bookings = one(books.at["booking"].bookings, "id")
    held = one(books.at["accommodation"].holds, "booking_id")
    for booking_id in held.keys() - bookings.keys():
        yield Breach(
            "no hold without its booking", f"booking {booking_id}", f"its hold is {held[booking_id]['status']}"
        )
    for booking in bookings.values():
        yield from _of(booking, held.get(booking["id"]))


def _of(booking: Row, hold: Row) -> Iterator[Breach]:
    about, wanted = f"booking {booking['id']}", HOLD_OF.get(booking["status"])
    found = hold["status"] if hold else "not there"
    if wanted is not None and found not in wanted:
        yield Breach("a booking has the nights it stands for", about, f"is {booking['status']}, its hold {found}")
    if found in ("HELD", "CONFIRMED"):
        for column in ("room_type_id", "check_in", "check_out", "rooms"):
            if booking[column] != hold[column]:
                says = f"{column} is {booking[column]}, of its hold {hold[column]}"
                yield Breach("a booking holds what it asked for", about, says)
