"""What guests do, each to its end: together they come by every message of a booking."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx

from bench.rig.house import PRICE, today
from chassis.ids import uuid7
from stack.demo.graph import GraphError
from stack.demo.stay import CREATE_BOOKING
from stack.demo.window import open_window
from tests.journeys.crashes.house import Guest, House
from tests.journeys.crashes.sight import ask, insist

CANCEL = "mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { status } }"
CONFIRM = "mutation ($id: ID!) { confirmPayment(paymentId: $id) { status } }"
REFUND = "mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { status } }"
OVER = ("COMPLETED", "REFUSED", "EXPIRED", "CANCELLED")
POINTS = 500
FAR = timedelta(days=30)

Journey = Callable[[House], Awaitable[None]]


async def book(house: House, guest: Guest, *, room: str | None = None, on: date | None = None, **more: Any) -> str:
    check_in = on or today() + FAR
    wanted = {
        "idempotencyKey": str(uuid7()),
        "roomTypeId": room or house.large,
        "checkIn": str(check_in),
        "checkOut": str(check_in + timedelta(days=1)),
        "guests": 1,
        "guestName": "Gus",
        "guestPhone": "+82-10-0000-0000",
    }
    booking: str = (await ask(guest.graph, CREATE_BOOKING, input=wanted | more))["createBooking"]["id"]
    return booking


async def book_with_benefits(house: House, guest: Guest, **more: Any) -> str:
    return await book(house, guest, userCouponId=await house.own_coupon(guest), points=POINTS, **more)


async def become(house: House, booking: str, *statuses: str) -> str:
    """The status it has come to, which is one of these."""
    ends = {*statuses, *OVER}
    row = await house.sight.until(
        lambda found: found["status"] in ends,
        "booking",
        "select status, stage, asks, refusal_code from bookings where id = $1",
        booking,
    )
    assert row["status"] in statuses, f"booking {booking} became {row}, not one of {statuses}"
    return str(row["status"])


async def payable(house: House, booking: str) -> str:
    """The payment's id, once the booking waits for it."""
    await become(house, booking, "AWAITING_PAYMENT")
    rows = await house.sight.rows("payment", "select id from payments where booking_id = $1", booking)
    return str(rows[0]["id"])


async def pay(house: House, booking: str, **chosen: str) -> str:
    """In the window, as a browser does; the payment's id."""
    payment = await payable(house, booking)
    await click_again(house, payment, **chosen)
    return payment


async def click_again(house: House, payment: str, **chosen: str) -> None:
    await insist(lambda: _click(house, payment, **chosen))


async def _click(house: House, payment: str, **chosen: str) -> None:
    """Again, where no answer came. When it was done after all, or all is over, there is no window any more."""
    try:
        window = await open_window(house.http, f"{house.stack.url}/checkout/{payment}")
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in (httpx.codes.SEE_OTHER, httpx.codes.NOT_FOUND):
            raise
    else:
        await window.click(house.http, **chosen)


async def confirm(guest: Guest, payment: str) -> None:
    await ask(guest.graph, CONFIRM, id=payment)


async def cancel(guest: Guest, booking: str) -> bool:
    """Whether it could be cancelled. Who got no answer asks again, and may find it done."""
    try:
        await ask(guest.graph, CANCEL, input={"bookingId": booking, "reason": "The house burns."})
    except GraphError as error:
        if error.codes != ["NOT_CANCELLABLE"]:
            raise
        return False
    return True


async def confirmed(house: House, guest: Guest, **more: Any) -> str:
    booking = await book_with_benefits(house, guest, **more)
    await confirm(guest, await payable(house, booking))  # too early, which the provider is asked about all the same
    await confirm(guest, await pay(house, booking))
    await become(house, booking, "CONFIRMED", "COMPLETED")
    return booking


async def stays(house: House) -> None:
    """Tomorrow, and for booking's clock that is over."""
    booking = await confirmed(house, house.guest(), on=today() + timedelta(days=1))
    await become(house, booking, "COMPLETED")


async def stays_away(house: House) -> None:
    """Cancels at a fee."""
    guest = house.guest()
    booking = await confirmed(house, guest)
    await cancel(guest, booking)
    await become(house, booking, "CANCELLED")


async def gets_a_part_back(house: House) -> None:
    """For a broken shower, and cancels before it is there."""
    guest = house.guest()
    booking = await confirmed(house, guest)
    payment, amount = await payment_of(house, booking)
    await give_back_by_hand(house, payment, amount // 3)
    await cancel(guest, booking)
    await become(house, booking, "CANCELLED")


async def payment_of(house: House, booking: str) -> tuple[str, int]:
    """Its id and what was paid."""
    rows = await house.sight.rows("payment", "select id, amount from payments where booking_id = $1", booking)
    return str(rows[0]["id"]), int(rows[0]["amount"])


async def give_back_by_hand(house: House, payment: str, amount: int) -> None:
    asked = {"idempotencyKey": str(uuid7()), "paymentId": payment, "amount": str(amount), "reason": "By hand."}
    await ask(house.admin, REFUND, input=asked)


async def never_confirms(house: House) -> None:
    """Closes the browser after paying: the webhook alone tells."""
    booking = await book_with_benefits(house, house.guest())
    await pay(house, booking)
    await become(house, booking, "CONFIRMED")


async def pays_with_points(house: House) -> None:
    booking = await book(house, house.guest(), points=2 * PRICE)
    await become(house, booking, "CONFIRMED")


async def changes_mind(house: House) -> None:
    """Before paying."""
    guest = house.guest()
    booking = await book_with_benefits(house, guest)
    await payable(house, booking)
    await cancel(guest, booking)
    await become(house, booking, "CANCELLED")


async def cancels_while_paying(house: House) -> None:
    """Whichever comes first."""
    guest = house.guest()
    booking = await book_with_benefits(house, guest)
    payment = await payable(house, booking)
    await asyncio.gather(click_again(house, payment), cancel(guest, booking))
    await become(house, booking, "CANCELLED", "CONFIRMED")


async def pays_after_all(house: House) -> None:
    """In a window that was left open when the booking was cancelled: it all comes back."""
    guest = house.guest()
    booking = await book_with_benefits(house, guest)
    url = f"{house.stack.url}/checkout/{await payable(house, booking)}"
    window = await insist(lambda: open_window(house.http, url))
    await cancel(guest, booking)
    await become(house, booking, "CANCELLED")
    await insist(lambda: window.click(house.http))
    back = "select status from payments where booking_id = $1"
    await house.sight.until(lambda row: row["status"] == "REFUNDED", "payment", back, booking)


async def wants_too_many_points(house: House) -> None:
    """And a coupon that is another's: refused, and the nights are let go."""
    guest, other = house.guests[0], house.guests[1]
    booking = await book(house, guest, userCouponId=await house.own_coupon(other), points=POINTS)
    await become(house, booking, "REFUSED")


async def was_shown_another_price(house: House) -> None:
    booking = await book_with_benefits(house, house.guest(), expectedTotal="1")
    await become(house, booking, "REFUSED")


async def pays_another_amount(house: House) -> None:
    booking = await book_with_benefits(house, house.guest())
    await pay(house, booking, totalAmount="1000")
    await become(house, booking, "REFUSED")


async def never_pays(house: House) -> None:
    booking = await book_with_benefits(house, house.guest())
    await payable(house, booking)
    await let_due_time_pass(house, booking)
    await become(house, booking, "EXPIRED")


async def let_due_time_pass(house: House, booking: str, within: timedelta = timedelta()) -> None:
    soon = "update bookings set payment_due_at = now() + $2 where id = $1"
    await house.sight.rows("booking", soon, booking, within)


async def pays_by_account(house: House) -> None:
    booking = await book_with_benefits(house, house.guest())
    payment = await get_account(house, booking)
    deposit = f"{house.sight.places.provider_url}/control/payments/{payment}/deposit"
    (await house.http.post(deposit)).raise_for_status()
    await become(house, booking, "CONFIRMED")


async def never_pays_into_the_account(house: House) -> None:
    booking = await book_with_benefits(house, house.guest())
    await get_account(house, booking)
    await let_due_time_pass(house, booking)
    await become(house, booking, "EXPIRED")


async def get_account(house: House, booking: str) -> str:
    """The payment's id, once the booking waits longer for it."""
    payment = await pay(house, booking, payMethod="VIRTUAL_ACCOUNT")
    waits = "select payment_due_at > now() + interval '12 hours' as longer, cardinality(asks) as asks from bookings"
    await house.sight.until(lambda row: row["longer"] and not row["asks"], "booking", f"{waits} where id = $1", booking)
    return payment


async def comes_back_too_late(house: House) -> None:
    """To the last room: its hold has lapsed and another guest has the nights; a third one finds none."""
    first, second, third = house.guests[:3]
    asked = {"room": house.single, "on": house.next_night()}
    late = await book_with_benefits(house, first, **asked)
    await payable(house, late)
    await let_hold_lapse(house, late)
    quick = await book(house, second, **asked)
    await pay(house, quick)
    await become(house, quick, "CONFIRMED")
    refused = await book(house, third, **asked)
    await become(house, refused, "REFUSED")
    await pay(house, late)
    await become(house, late, "CANCELLED")


async def let_hold_lapse(house: House, booking: str) -> None:
    long_ago = "update holds set due_at = now() - interval '1 hour' where booking_id = $1"
    await house.sight.rows("accommodation", long_ago, booking)
    status = "select status from holds where booking_id = $1"
    await house.sight.until(lambda row: row["status"] == "LAPSED", "accommodation", status, booking)


ALL: tuple[Journey, ...] = (
    *(stays, stays, stays_away, never_confirms, pays_with_points, changes_mind, cancels_while_paying, pays_after_all),
    *(wants_too_many_points, was_shown_another_price, pays_another_amount, never_pays, pays_by_account),
    *(never_pays_into_the_account, comes_back_too_late, gets_a_part_back),
)


async def live(house: House, journeys: tuple[Journey, ...], stopping: asyncio.Event) -> int:
    """Guests without end, one of each kind at a time, until told to stop: then each comes to its end."""

    async def again_and_again(journey: Journey) -> int:
        done = 0
        while not stopping.is_set():
            await journey(house)
            done += 1
        return done

    async with asyncio.TaskGroup() as guests:
        loops = [guests.create_task(again_and_again(each), name=each.__name__) for each in journeys]
    return sum(loop.result() for loop in loops)
