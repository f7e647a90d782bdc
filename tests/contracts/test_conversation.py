"""Booking with the others as they are: nights, coupon, money and status agree, however often a message comes."""

from datetime import timedelta
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from subgraphs.accommodation.calendar.let_go_overdue import let_go_overdue
from tests.contracts.conversation import Conversation
from tests.loyalty.backoffice import later
from tests.loyalty.bookings import own_coupon, status

NIGHT = 3


async def received_and_returned(conversation: Conversation, payment_id: UUID) -> tuple[int, int]:
    entry = await conversation.paying.simulator.entry(payment_id)
    return entry["paid"], entry["cancelled"]


async def test_a_guest_books_with_a_coupon_pays_and_is_confirmed(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    coupon = await own_coupon(conversation.loyalty, guest)
    booking = await conversation.book(guest, room, userCouponId=str(coupon), expectedTotal="90000")
    seen = await conversation.seen(guest, booking)
    assert (seen["status"], seen["price"]) == (
        "AWAITING_PAYMENT",
        {
            "subtotal": {"amount": 100000},
            "couponDiscount": {"amount": 10000},
            "pointsUsed": 0,
            "total": {"amount": 90000},
        },
    )
    assert (await conversation.places.nights(room))[NIGHT] == (1, 0)
    assert await status(conversation.loyalty, guest, coupon) == "HELD"
    await conversation.pay(booking, 90000)
    assert (await conversation.seen(guest, booking))["status"] == "CONFIRMED"
    assert (await conversation.places.nights(room))[NIGHT] == (0, 1)
    assert await status(conversation.loyalty, guest, coupon) == "USED"


async def test_a_second_guest_is_refused_the_last_room_and_keeps_the_coupon(conversation: Conversation) -> None:
    room, second = await conversation.places.add_room(), uuid7()
    coupon = await own_coupon(conversation.loyalty, second)
    await conversation.book(uuid7(), room)
    booking = await conversation.book(second, room, userCouponId=str(coupon))
    seen = await conversation.seen(second, booking)
    assert (seen["status"], seen["refusal"]) == ("REFUSED", {"code": "SOLD_OUT"})
    assert (await conversation.places.nights(room))[NIGHT] == (1, 0)
    assert await status(conversation.loyalty, second, coupon) == "AVAILABLE"


async def test_anothers_coupon_lets_the_nights_go(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room()
    coupon = await own_coupon(conversation.loyalty, uuid7())
    booking = await conversation.book(guest, room, userCouponId=str(coupon))
    assert (await conversation.seen(guest, booking))["refusal"] == {"code": "COUPON_NOT_USABLE"}
    assert (await conversation.places.nights(room))[NIGHT] == (0, 0)


async def test_a_place_of_ones_own_is_not_to_be_booked(conversation: Conversation) -> None:
    host = uuid7()
    room = await conversation.places.add_room(host_id=host)
    booking = await conversation.book(host, room)
    assert (await conversation.seen(host, booking))["status"] == "REFUSED"


async def test_what_costs_nothing_is_confirmed_without_a_payment(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=5000)
    free = {"kind": "PERCENTAGE", "percent": 100}
    coupon = await own_coupon(conversation.loyalty, guest, discount=free)
    booking = await conversation.book(guest, room, userCouponId=str(coupon))
    assert (await conversation.seen(guest, booking))["status"] == "CONFIRMED"
    assert await conversation.paying.said() == []
    assert await status(conversation.loyalty, guest, coupon) == "USED"


async def test_what_is_not_paid_in_time_is_let_go(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room()
    coupon = await own_coupon(conversation.loyalty, guest)
    booking = await conversation.book(guest, room, userCouponId=str(coupon))
    await conversation.pass_due_time()
    assert (await conversation.seen(guest, booking))["status"] == "EXPIRED"
    assert (await conversation.places.nights(room))[NIGHT] == (0, 0)
    assert await status(conversation.loyalty, guest, coupon) == "AVAILABLE"


async def test_a_guest_who_cancels_gets_back_what_was_quoted(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    coupon = await own_coupon(conversation.loyalty, guest)
    booking = await conversation.book(guest, room, userCouponId=str(coupon))
    payment = await conversation.pay(booking, 90000)
    quoted = (await conversation.seen(guest, booking))["cancellationQuote"]["refund"]["amount"]
    assert quoted == 90000
    await conversation.cancel(guest, booking)
    await conversation.refund()
    assert (await conversation.seen(guest, booking))["status"] == "CANCELLED"
    assert await received_and_returned(conversation, payment) == (90000, quoted)
    assert (await conversation.places.nights(room))[NIGHT] == (0, 0)
    assert await status(conversation.loyalty, guest, coupon) == "AVAILABLE"


async def test_paid_too_late_for_the_room_everything_goes_back(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    coupon = await own_coupon(conversation.loyalty, guest)
    booking = await conversation.book(guest, room, userCouponId=str(coupon))
    hold = await conversation.places.hold_of(booking)
    assert hold is not None
    assert hold.due_at is not None
    async with conversation.accommodation.database.transaction() as session:
        assert await let_go_overdue(session, hold.due_at + timedelta(seconds=1)) == 1
    other = await conversation.book(uuid7(), room)
    payment = await conversation.pay(booking, 90000)
    await conversation.refund()
    assert (await conversation.seen(guest, booking))["status"] == "CANCELLED"
    assert await received_and_returned(conversation, payment) == (90000, 90000)
    assert await status(conversation.loyalty, guest, coupon) == "AVAILABLE"
    assert (await conversation.places.nights(room))[NIGHT] == (1, 0)
    assert other != booking


@pytest.mark.parametrize(("so_far", "quoted"), [("back", 70_000), ("told", 70_000), ("not told", 100_000)])
async def test_what_an_administrator_gives_back_is_not_given_back_again(
    conversation: Conversation, so_far: str, quoted: int
) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    booking = await conversation.book(guest, room)
    payment = await conversation.pay(booking, 100_000)
    await conversation.ask_for_refund_by_hand(payment, 30_000)
    if so_far == "told":
        await conversation.settle()
    if so_far == "back":
        await conversation.refund()
    # Not told yet, booking hears from payment as it asks for too much.
    assert (await conversation.seen(guest, booking))["cancellationQuote"]["refund"]["amount"] == quoted
    await conversation.cancel(guest, booking)
    for _ in range(2):
        await conversation.refund()
    seen = await conversation.seen(guest, booking)
    assert (seen["status"], seen["cancellation"]["refund"]["amount"]) == ("CANCELLED", 70_000)
    assert await received_and_returned(conversation, payment) == (100_000, 100_000)


async def test_a_booking_is_cancelled_once_all_that_is_given_back_by_hand_is_back(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    booking = await conversation.book(guest, room)
    payment = await conversation.pay(booking, 100_000)
    await conversation.ask_for_refund_by_hand(payment, 100_000)
    await conversation.cancel(guest, booking)
    seen = await conversation.seen(guest, booking)
    assert (seen["status"], seen["cancellation"]["refund"]["amount"]) == ("CANCELLING", 0)
    await conversation.refund()
    assert (await conversation.seen(guest, booking))["status"] == "CANCELLED"
    assert await received_and_returned(conversation, payment) == (100_000, 100_000)


@pytest.mark.parametrize("heard", ["before", "with the refund"])
async def test_what_is_given_back_in_the_providers_console_is_given_back_once(
    conversation: Conversation, heard: str
) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    booking = await conversation.book(guest, room)
    payment = await conversation.pay(booking, 100_000)
    await conversation.paying.simulator.give_back_in_the_console(payment, 30_000)
    if heard == "before":
        await conversation.paying.attend(payment)
        await conversation.settle()
    await conversation.cancel(guest, booking)
    for _ in range(3):
        await conversation.refund()
    seen = await conversation.seen(guest, booking)
    assert (seen["status"], seen["cancellation"]["refund"]["amount"]) == ("CANCELLED", 70_000)
    assert await received_and_returned(conversation, payment) == (100_000, 100_000)


@pytest.mark.parametrize(("outcome", "then"), [("pay", "CONFIRMED"), ("pending", "EXPIRED")])
async def test_a_payment_that_stays_pending_is_waited_for_ten_minutes_more(
    conversation: Conversation, outcome: str, then: str
) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    booking = await conversation.book(guest, room)
    payment = await conversation.click(booking, "pending", 100_000)
    await conversation.pass_due_time()
    assert (await conversation.seen(guest, booking))["status"] == "AWAITING_PAYMENT"
    if outcome == "pay":
        await conversation.paying.simulator.deposit(payment)
    with later(minutes=11):
        await conversation.paying.attend(payment)
    await conversation.settle()
    assert (await conversation.seen(guest, booking))["status"] == then
    assert (await conversation.places.nights(room))[NIGHT] == ((0, 1) if then == "CONFIRMED" else (0, 0))


async def test_an_account_number_is_waited_for_longer_and_a_deposit_confirms(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    coupon = await own_coupon(conversation.loyalty, guest)
    booking = await conversation.book(guest, room, userCouponId=str(coupon))
    payment = await conversation.click(booking, "pay", 90_000, payMethod="VIRTUAL_ACCOUNT", accountHours=20)
    hold = await conversation.places.hold_of(booking)
    assert hold is not None
    assert hold.due_at is not None
    assert hold.due_at - clock.now() > timedelta(hours=19)
    await conversation.pass_due_time()
    assert (await conversation.seen(guest, booking))["status"] == "AWAITING_PAYMENT"
    await conversation.paying.simulator.deposit(payment)
    await conversation.paying.attend(payment)
    await conversation.settle()
    assert (await conversation.seen(guest, booking))["status"] == "CONFIRMED"
    assert (await conversation.places.nights(room))[NIGHT] == (0, 1)
    assert await status(conversation.loyalty, guest, coupon) == "USED"


async def test_an_account_number_nobody_pays_into_is_closed_at_its_time(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    booking = await conversation.book(guest, room)
    payment = await conversation.click(booking, "pay", 100_000, payMethod="VIRTUAL_ACCOUNT", accountHours=20)
    await conversation.pass_due_time(minutes=20 * 60 + 1)
    await conversation.paying.attend(payment)
    await conversation.settle()
    assert (await conversation.seen(guest, booking))["status"] == "EXPIRED"
    assert (await conversation.places.nights(room))[NIGHT] == (0, 0)
