"""What must be true of coupons and points that bookings hold, spent and earned."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stack.books.breach import Breach, Row, many, one
from stack.books.read import Books

_NEVER_HAD: Final[set[str | None]] = {None, "REFUSED", "RELEASED"}
HOLD_OF: Final[Mapping[str, set[str | None]]] = {
    "AWAITING_PAYMENT": {"HELD"},
    "CONFIRMED": {"SPENT"},
    "COMPLETED": {"SPENT"},
    "REFUSED": _NEVER_HAD,
    "EXPIRED": _NEVER_HAD,
    "CANCELLED": {*_NEVER_HAD, "GIVEN_BACK"},
}
GRANTED = {"HELD", "SPENT", "GIVEN_BACK"}


def benefits(books: Books) -> Iterator[Breach]:
    bookings = one(books.at["booking"].bookings, "id")
    held = one(books.at["loyalty"].holds, "booking_id")
    points = one(books.at["loyalty"].points, "booking_id")
    entries = many(books.at["loyalty"].entries, "booking_id")
    for booking_id in (held.keys() | points.keys() | entries.keys()) - bookings.keys():
        yield Breach("no benefits without their booking", f"booking {booking_id}", "is not there")
    for booking in bookings.values():
        if booking["status"] in HOLD_OF:
            hold = held.get(booking["id"])
            yield from _state(booking, hold)
            yield from _coupon(booking, hold)
            yield from _points(booking, hold, points.get(booking["id"]), entries.get(booking["id"], []))


def _state(booking: Row, hold: Row) -> Iterator[Breach]:
    found = hold["state"] if hold else None
    if found not in _wanted(booking):
        says = f"is {booking['status']}, its benefits {found or 'not there'}"
        yield Breach("a booking has the benefits it stands for", f"booking {booking['id']}", says)
    if hold and found in GRANTED:
        for mine, theirs in (("guest_id", "user_id"), ("coupon_discount", "discount"), ("points_used", "points")):
            if booking[mine] != hold[theirs]:
                says = f"{mine} is {booking[mine]}, of its benefits {hold[theirs]}"
                yield Breach("a booking has the benefits it reckons with", f"booking {booking['id']}", says)


def _wanted(booking: Row) -> set[str | None]:
    if booking["user_coupon_id"] is None and not booking["points"]:
        return {None}
    if booking["status"] == "CANCELLED" and booking["confirmed_at"] is not None:
        return {"GIVEN_BACK"}
    return HOLD_OF[booking["status"]]


def _coupon(booking: Row, hold: Row) -> Iterator[Breach]:
    """It is the booking's while that lives, and stays used where the fee has eaten it."""
    owns = bool(hold and hold["has_coupon"])
    if booking["status"] == "CANCELLED" and hold and hold["state"] == "GIVEN_BACK":
        owned = booking["user_coupon_id"] is not None and not _cancellation(booking)["coupon_returned"]
    else:
        owned = booking["status"] in ("AWAITING_PAYMENT", "CONFIRMED", "COMPLETED") and bool(booking["user_coupon_id"])
    if owns != owned or (owns and hold["user_coupon_id"] != booking["user_coupon_id"]):
        says = f"is {booking['status']}, its coupon is {'taken' if owns else 'free'}"
        yield Breach("a coupon is its booking's", f"booking {booking['id']}", says)


def _points(booking: Row, hold: Row, taken: Row, entries: list[Row]) -> Iterator[Breach]:
    said = {kind: sum(each["points"] for each in entries if each["kind"] == kind) for kind in ("SPEND", "RETURN")}
    found = (taken["points"] if taken else 0, bool(taken and taken["spent"]), said["SPEND"], said["RETURN"])
    used, state = booking["points_used"], hold["state"] if hold else None
    wanted: tuple[Any, ...] = (0, False, 0, 0)
    if state == "HELD":
        wanted = (used, False, 0, 0)
    elif state == "SPENT":
        wanted = (used, used > 0, -used, 0)
    elif state == "GIVEN_BACK":
        wanted = (0, False, -used, _cancellation(booking)["points_returned"])
    if found != wanted:
        says = f"is {booking['status']}; points taken, spent, and entries of both are {found}, not {wanted}"
        yield Breach("points are where their booking has them", f"booking {booking['id']}", says)


def _cancellation(booking: Row) -> dict[str, Any]:
    """What was decided to be given back."""
    return booking["cancellation"] or {"coupon_returned": True, "points_returned": booking["points_used"]}


def stays(books: Books) -> Iterator[Breach]:
    """A stay that is over earns once, and makes a guest who may review; no other booking does."""
    stayed = one(books.at["accommodation"].stays, "booking_id")
    earned = {each["booking_id"]: each for each in books.at["loyalty"].earnings if each["user_id"]}
    earnings = {each["booking_id"] for each in books.at["loyalty"].entries if each["kind"] == "EARN"}
    bookings = one(books.at["booking"].bookings, "id")
    over = {booking["id"] for booking in bookings.values() if booking["status"] == "COMPLETED"}
    for booking_id in (stayed.keys() | earned.keys() | earnings) - over:
        yield Breach("what is over is known to be", f"booking {booking_id}", "is not COMPLETED, yet stayed or earned")
    for booking_id in over & earned.keys():
        booking, earning = bookings[booking_id], earned[booking_id]
        if (earning["user_id"], earning["paid"]) != (booking["guest_id"], booking["paid"] or 0):
            says = f"earned by {earning['paid']}, paid {booking['paid']}"
            yield Breach("a stay earns by what was paid", f"booking {booking_id}", says)
    for booking_id in over - (stayed.keys() & earned.keys()):
        yield Breach("what is over is known to be", f"booking {booking_id}", "is COMPLETED: one of two was not told")
