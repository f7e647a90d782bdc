"""What must be true of coupons that events give out: as many as there are, one a person, and nobody lost."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from stack.books.breach import Breach, Row, many, one
from stack.books.read import Books


def coupons(books: Books) -> Iterator[Breach]:
    issued = many(books.at["loyalty"].issuances, "coupon_event_id")
    for event in books.at["loyalty"].events:
        rows = issued.get(event["id"], [])
        yield from _quantity(event, rows)
        yield from _gate(event, rows, books.accepted.get(event["id"]))
    yield from _rows(books)


def _quantity(event: Row, rows: list[Row]) -> Iterator[Breach]:
    about = f"coupon event {event['id']}"
    if event["quantity"] is not None and len(rows) > event["quantity"]:
        yield Breach("no more coupons than there are", about, f"{len(rows)} of {event['quantity']}", forever=True)
    for column in ("user_id", "slot"):
        for value, times in Counter(row[column] for row in rows).items():
            if times > 1:
                says = f"{column} {value} has {times}"
                yield Breach("one coupon a person, and a slot", about, says, forever=True)


def _gate(event: Row, rows: list[Row], accepted: set[UUID] | None) -> Iterator[Breach]:
    """A gate that is not there is not written yet, being rebuilt, or not needed any more: the event is settled."""
    about, recorded = f"coupon event {event['id']}", {row["user_id"] for row in rows}
    if accepted is None:
        if event["gate_written_at"] is not None and event["settled_at"] is None:
            yield Breach("an event has its gate", about, "is gone")
        return
    for user_id in accepted - recorded:
        yield Breach("nobody accepted is lost", about, f"{user_id} was accepted and is not recorded")
    for user_id in recorded - accepted:
        yield Breach("the gate knows who has a coupon", about, f"{user_id} is recorded and unknown to the gate")


def _rows(books: Books) -> Iterator[Breach]:
    """Each issuance is one coupon of that person, and each coupon of an event one issuance."""
    owned = one(books.at["loyalty"].coupons, "id")
    issued = one(books.at["loyalty"].issuances, "user_coupon_id")
    for coupon_id, issuance in issued.items():
        coupon: Any = owned.get(coupon_id)
        said = (issuance["user_id"], issuance["coupon_event_id"])
        if coupon is None or (coupon["user_id"], coupon["coupon_event_id"]) != said:
            says = "has no coupon of that person and event"
            yield Breach("an issuance is a coupon", f"issuance {issuance['id']}", says, forever=True)
    for coupon in owned.values():
        if coupon["coupon_event_id"] is not None and coupon["id"] not in issued:
            yield Breach("no coupon out of nothing", f"user coupon {coupon['id']}", "was never issued", forever=True)
