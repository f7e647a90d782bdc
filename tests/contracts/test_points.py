"""Points with the others as they are: spent by bookings, earned by stays, and back where money goes back."""

from chassis.ids import uuid7
from tests.contracts.conversation import Conversation
from tests.loyalty.bookings import own_coupon
from tests.loyalty.ledger import grant, history, standing


async def test_a_guest_books_with_coupon_and_points_and_pays_the_rest(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    coupon = await own_coupon(conversation.loyalty, guest)
    await grant(conversation.loyalty, guest, 6000)
    booking = await conversation.book(guest, room, userCouponId=str(coupon), points=5000, expectedTotal="85000")
    seen = await conversation.seen(guest, booking)
    assert (seen["status"], seen["price"]["pointsUsed"]) == ("AWAITING_PAYMENT", 5000)
    assert await standing(conversation.loyalty, guest) == (1000, 5000)
    await conversation.pay(booking, 85000)
    assert (await conversation.seen(guest, booking))["status"] == "CONFIRMED"
    assert await history(conversation.loyalty, guest) == [("GRANT", 6000, 6000), ("SPEND", -5000, 1000)]
    await conversation.cancel(guest, booking)
    await conversation.refund()
    assert (await conversation.seen(guest, booking))["status"] == "CANCELLED"
    assert (await history(conversation.loyalty, guest))[2:] == [("RETURN", 5000, 6000)]


async def test_points_that_pay_it_all_confirm_it_at_once(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=5000)
    await grant(conversation.loyalty, guest, 9000)
    booking = await conversation.book(guest, room, points=9000)
    assert (await conversation.seen(guest, booking))["status"] == "CONFIRMED"
    assert await conversation.paying.said() == []
    assert await standing(conversation.loyalty, guest) == (4000, 0)


async def test_points_that_are_not_there_refuse_the_booking_and_let_the_nights_go(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room()
    await grant(conversation.loyalty, guest, 10)
    booking = await conversation.book(guest, room, points=11)
    seen = await conversation.seen(guest, booking)
    assert (seen["status"], seen["refusal"]) == ("REFUSED", {"code": "NOT_ENOUGH_POINTS"})
    assert (await conversation.places.nights(room))[3] == (0, 0)
    assert await standing(conversation.loyalty, guest) == (10, 0)


async def test_what_is_not_paid_in_time_frees_the_points(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room()
    await grant(conversation.loyalty, guest, 10)
    await conversation.book(guest, room, points=10)
    await conversation.pass_due_time()
    assert await standing(conversation.loyalty, guest) == (10, 0)


async def test_a_stay_earns_by_what_was_paid_less_what_went_back_before_and_after(conversation: Conversation) -> None:
    guest, room = uuid7(), await conversation.places.add_room(price=100_000)
    booking = await conversation.book(guest, room)
    payment = await conversation.pay(booking, 100_000)
    await conversation.refund_by_hand(payment, 30_000)
    assert await history(conversation.loyalty, guest) == []
    await conversation.complete(after=6)
    assert (await conversation.seen(guest, booking))["status"] == "COMPLETED"
    assert await history(conversation.loyalty, guest) == [("EARN", 700, 700)]
    await conversation.refund_by_hand(payment, 20_050)
    assert (await history(conversation.loyalty, guest))[1:] == [("REVOKE", -201, 499)]
