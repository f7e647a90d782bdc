"""The check of all books finds nothing where they agree, and each thing that doesn't."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.books.check import RULES
from stack.books.read import Books
from stack.layout import SUBGRAPHS

GUEST, ROOM, COUPON = uuid4(), uuid4(), uuid4()
STAYS, CANCELLED, WAITS, OVER = (uuid4() for _ in range(4))
EVENT, REFUND = uuid4(), uuid4()
NIGHT = date(2027, 1, 10)


class Story:
    """A guest who stays, cancelled at a fee of 2,000 of 10,000, and waits; all with 500 points, one with a coupon."""

    def __init__(self) -> None:
        self.at: dict[str, Any] = {
            name: SimpleNamespace(outbox=[], inbox=[], letters=[], holds=[], refunds=[]) for name in SUBGRAPHS
        }
        self.accepted = {EVENT: {GUEST}}
        self.provider = [_entry(STAYS, 8_500), _entry(CANCELLED, 9_500, 7_500), _entry(OVER, 9_500)]
        self._bookings()
        self._nights()
        self._payments()
        self._benefits()
        self._messages()

    def _bookings(self) -> None:
        cancellation = {"fee": "2000", "coupon_returned": False, "points_returned": 500}
        self.at["booking"].bookings = [
            _booking(STAYS, "CONFIRMED", 8_500, paid=8_500, user_coupon_id=COUPON, coupon_discount=1_000),
            _booking(CANCELLED, "CANCELLED", 9_500, paid=9_500, refund_amount=7_500, refund_id=REFUND)
            | {"cancellation": cancellation, "confirmed_at": NIGHT},
            _booking(WAITS, "AWAITING_PAYMENT", 9_500),
            _booking(OVER, "COMPLETED", 9_500, paid=9_500),
        ]
        self.at["account"].bookings = [
            {"id": row["id"], "status": row["status"]} for row in self.at["booking"].bookings
        ]

    def _nights(self) -> None:
        stay = {"room_type_id": ROOM, "check_in": NIGHT, "check_out": date(2027, 1, 11), "rooms": 1}
        states = {STAYS: "CONFIRMED", CANCELLED: "RELEASED", WAITS: "HELD", OVER: "CONFIRMED"}
        self.at["accommodation"].holds = [{"booking_id": id_, "status": states[id_], **stay} for id_ in states]
        counts = {"held": 1, "sold": 2, "held_by_holds": 1, "sold_by_holds": 2}
        self.at["accommodation"].nights = [{"room_type_id": ROOM, "date": NIGHT, "units": 3, **counts}]
        self.at["accommodation"].stays = [{"booking_id": OVER, "guest_id": GUEST}]

    def _payments(self) -> None:
        self.at["payment"].payments = [
            _payment(STAYS, 8_500, "PAID"),
            _payment(CANCELLED, 9_500, "PARTIALLY_REFUNDED", refunded=7_500),
            _payment(WAITS, 9_500, "READY"),
            _payment(OVER, 9_500, "PAID"),
        ]
        refund = {"amount": Decimal(7_500), "cause": "ASKED", "status": "SUCCEEDED", "cancellation_id": "c"}
        self.at["payment"].refunds = [{"id": REFUND, "payment_id": CANCELLED, **refund}]

    def _benefits(self) -> None:
        loyalty = self.at["loyalty"]
        states = {STAYS: "SPENT", CANCELLED: "GIVEN_BACK", WAITS: "HELD", OVER: "SPENT"}
        loyalty.holds = [_benefits(id_, states[id_]) for id_ in states]
        loyalty.holds[0] |= {"user_coupon_id": COUPON, "has_coupon": True, "discount": Decimal(1_000)}
        loyalty.points = [{"booking_id": id_, "points": 500, "spent": id_ != WAITS} for id_ in (STAYS, WAITS, OVER)]
        loyalty.entries = [{"booking_id": id_, "kind": "SPEND", "points": -500} for id_ in (STAYS, CANCELLED, OVER)]
        loyalty.entries += [{"booking_id": CANCELLED, "kind": "RETURN", "points": 500}]
        loyalty.entries += [{"booking_id": OVER, "kind": "EARN", "points": 95}]
        loyalty.earnings = [{"booking_id": OVER, "user_id": GUEST, "paid": Decimal(9_500), "points": 95}]
        loyalty.refunds = [{"refund_id": REFUND, "booking_id": CANCELLED, "amount": Decimal(7_500)}]
        loyalty.events = [{"id": EVENT, "quantity": 1, "settled_at": None, "gate_written_at": NIGHT}]
        issuance = {"id": uuid4(), "coupon_event_id": EVENT, "user_id": GUEST, "user_coupon_id": COUPON, "slot": 1}
        loyalty.issuances = [issuance]
        loyalty.coupons = [{"id": COUPON, "user_id": GUEST, "coupon_id": uuid4(), "coupon_event_id": EVENT}]

    def _messages(self) -> None:
        said = {"id": uuid4(), "name": "booking.booking.confirmed", "sent_at": NIGHT}
        self.at["booking"].outbox = [said]
        self.at["account"].inbox = [{"message_id": said["id"]}]

    def breaches(self) -> set[str]:
        books = Books(self.at, self.accepted, self.provider)
        return {breach.rule for rule in RULES for breach in rule(books)}

    def find(self, subgraph: str, table: str, booking: UUID) -> dict[str, Any]:
        rows = getattr(self.at[subgraph], table)
        row: dict[str, Any] = next(row for row in rows if booking in (row.get("booking_id"), row.get("id")))
        return row


def _booking(booking: UUID, status: str, total: int, **more: Any) -> dict[str, Any]:
    stay = {"room_type_id": ROOM, "check_in": NIGHT, "check_out": date(2027, 1, 11), "rooms": 1}
    unset = ("user_coupon_id", "paid", "refund_id", "refund_amount", "other_refunds", "cancellation", "confirmed_at")
    nothing = dict.fromkeys(unset)
    said = {"stage": status, "asks": [], "stuck_on": [], "guest_id": GUEST, "total": Decimal(total)}
    return {"id": booking, "status": status, **stay, **nothing, **said, **_points(), **more}


def _points() -> dict[str, Any]:
    return {"points": 500, "points_used": 500, "coupon_discount": Decimal(0)}


def _benefits(booking: UUID, state: str) -> dict[str, Any]:
    own = {"user_id": GUEST, "user_coupon_id": None, "has_coupon": False, "discount": Decimal(0), "points": 500}
    return {"booking_id": booking, "state": state, **own}


def _payment(booking: UUID, amount: int, status: str, refunded: int = 0) -> dict[str, Any]:
    came = None if status == "READY" else Decimal(amount)
    back = {"refunded": Decimal(refunded), "refunding": Decimal(0)}
    said = {"amount": Decimal(amount), "paid_amount": came, "currency": "KRW", "status": status}
    return {"id": booking, "booking_id": booking, **said, **back}


def _entry(payment: UUID, paid: int, cancelled: int = 0) -> dict[str, Any]:
    return {"payment_id": str(payment), "paid": paid, "cancelled": cancelled, "open_cancellations": []}


Change = Callable[[Story], Any]


def set_in(subgraph: str, table: str, booking: UUID, **values: Any) -> Change:
    return lambda story: story.find(subgraph, table, booking).update(values)


def lose(subgraph: str, table: str, booking: UUID) -> Change:
    return lambda story: getattr(story.at[subgraph], table).remove(story.find(subgraph, table, booking))


def test_books_that_agree_have_no_breach() -> None:
    assert Story().breaches() == set()


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (lambda story: story.at["accommodation"].nights[0].update(units=2), {"no night is oversold"}),
        (lambda story: story.at["accommodation"].nights[0].update(held=0), {"a night counts its holds"}),
        (lambda story: story.at["accommodation"].nights[0].update(units=None), {"a held night is on sale"}),
        (set_in("accommodation", "holds", STAYS, status="RELEASED"), {"a booking has the nights it stands for"}),
        (set_in("accommodation", "holds", WAITS, status="LAPSED"), {"a booking has the nights it stands for"}),
        (set_in("accommodation", "holds", CANCELLED, status="HELD"), {"a booking has the nights it stands for"}),
        (lose("accommodation", "holds", WAITS), {"a booking has the nights it stands for"}),
        (set_in("accommodation", "holds", STAYS, booking_id=uuid4()), {"no hold without its booking"}),
        (set_in("accommodation", "holds", STAYS, rooms=2), {"a booking holds what it asked for"}),
        (set_in("loyalty", "holds", STAYS, state="HELD"), {"a booking has the benefits it stands for"}),
        (lose("loyalty", "holds", WAITS), {"a booking has the benefits it stands for"}),
        (set_in("loyalty", "holds", STAYS, has_coupon=False), {"a coupon is its booking's"}),
        (set_in("loyalty", "holds", WAITS, points=400), {"a booking has the benefits it reckons with"}),
        (set_in("loyalty", "points", STAYS, points=501), {"points are where their booking has them"}),
        (set_in("loyalty", "entries", CANCELLED, points=-400), {"points are where their booking has them"}),
        (set_in("loyalty", "points", WAITS, booking_id=uuid4()), {"no benefits without their booking"}),
        (lose("loyalty", "earnings", OVER), {"what is over is known to be"}),
        (lose("accommodation", "stays", OVER), {"what is over is known to be"}),
        (set_in("loyalty", "earnings", OVER, paid=Decimal(9)), {"a stay earns by what was paid"}),
        (lambda story: story.at["loyalty"].issuances.append(
            {**story.at["loyalty"].issuances[0], "user_id": uuid4(), "slot": 2}), {"no more coupons than there are"}),
        (lambda story: story.at["loyalty"].issuances.clear(), {"nobody accepted is lost", "no coupon out of nothing"}),
        (lambda story: story.accepted[EVENT].clear(), {"the gate knows who has a coupon"}),
        (lambda story: story.accepted.clear(), {"an event has its gate"}),
        (lambda story: story.at["loyalty"].coupons.clear(), {"an issuance is a coupon"}),
        (lambda story: story.provider.append(_entry(uuid4(), 5)), {"no money without a payment"}),
        (lambda story: story.provider[0].update(cancelled=5), {"the provider says the same of a payment"}),
        (lambda story: story.provider.pop(), {"the provider says the same of a payment"}),
        (set_in("payment", "payments", CANCELLED, refunded=Decimal(7_000)), {"a payment counts its refunds"}),
        (set_in("payment", "refunds", REFUND, status="REQUESTED"), {"a refund comes to its end"}),
        (set_in("payment", "payments", STAYS, booking_id=uuid4()), {"no payment without its booking"}),
        (set_in("payment", "payments", WAITS, status="CLOSED"), {"a booking has the payment it stands for"}),
        (set_in("payment", "payments", WAITS, amount=Decimal(1)), {"the amount is the booking's"}),
        (set_in("booking", "bookings", CANCELLED, refund_amount=Decimal(1)), {"a booking gets back what it asks"}),
        (set_in("booking", "bookings", CANCELLED, confirmed_at=None), {"money in is money kept and money back"}),
        (set_in("booking", "bookings", WAITS, paid=Decimal(5)), {"no money out of nothing"}),
        (lambda story: story.at["loyalty"].refunds.clear(), {"points know what went back"}),
        (set_in("booking", "bookings", WAITS, asks=["a"]), {"a booking is answered"}),
        (set_in("booking", "bookings", WAITS, stage="CONFIRMING"), {"a booking comes to rest"}),
        (set_in("booking", "bookings", WAITS, stuck_on=["a"]), {"a booking gets through by itself"}),
        (set_in("account", "bookings", WAITS, status="EXPIRED"), {"everybody knows how a booking stands"}),
        (lambda story: story.at["account"].inbox.clear(), {"what is sent is taken"}),
        (lambda story: story.at["booking"].outbox[0].update(sent_at=None), {"what is said is sent"}),
        (lambda story: story.at["loyalty"].letters.append(
            {"id": 1, "name": "n", "message_id": 2, "reason": "r", "replayed_at": None}), {"no message is dead"}),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_found(change: Change, rules: set[str]) -> None:
    story = Story()
    change(story)
    assert rules <= story.breaches()


def test_what_was_given_back_past_the_provider_is_missing_there_and_counts() -> None:
    story = Story()
    story.at["payment"].refunds[0]["cancellation_id"] = None
    story.provider[1]["cancelled"] = 0
    assert story.breaches() == set()
    story.provider[1]["cancelled"] = 9_500
    assert story.breaches() == {"no more back than came", "the provider says the same of a payment"}


def part_back_by_hand(story: Story, status: str, **known: Any) -> None:
    """1,000 of what a guest paid who has cancelled, from the fee that was kept."""
    refund = {"id": STAYS, "payment_id": CANCELLED, "amount": Decimal(1_000), "cause": "BY_HAND"}
    story.at["payment"].refunds.append({**refund, "status": status, "cancellation_id": None})
    story.find("booking", "bookings", CANCELLED).update(other_refunds=known, status="CANCELLING", stage="CANCELLING")


def test_what_is_given_back_by_hand_is_waited_for_and_known() -> None:
    story = Story()
    part_back_by_hand(story, "NEEDS_ACCOUNT", amounts={str(STAYS): "1000"}, open=[str(STAYS)])
    story.find("payment", "payments", CANCELLED).update(refunding=Decimal(1_000))
    assert story.breaches() == set()
    story.find("booking", "bookings", CANCELLED).update(other_refunds=None)
    assert story.breaches() == {"a booking comes to rest", "a booking knows what is given back by hand"}
