"""Guests, the house and the clock at the same moment."""

import asyncio
import random
from datetime import timedelta

from stack.commands import command, run_together
from stack.demo.graph import GraphError
from tests.journeys.crashes.house import House
from tests.journeys.crashes.journeys import (
    become,
    book,
    book_with_benefits,
    cancel,
    click_again,
    confirm,
    confirmed,
    give_back_by_hand,
    let_due_time_pass,
    payable,
    payment_of,
)


async def pay_as_the_time_is_up(house: House) -> str:
    """What became of it."""
    guest = house.guest()
    booking = await book_with_benefits(house, guest)
    payment = await payable(house, booking)
    left = timedelta(seconds=1)
    await let_due_time_pass(house, booking, left)
    await asyncio.sleep(random.uniform(0, 2 * left.total_seconds()))
    await click_again(house, payment)
    await confirm(guest, payment)
    return await become(house, booking, "CONFIRMED", "EXPIRED")


async def cancel_and_pay(house: House) -> str:
    guest = house.guest()
    booking = await book_with_benefits(house, guest)
    payment = await payable(house, booking)

    async def cancel_in_a_moment() -> None:
        await asyncio.sleep(random.uniform(0, 0.3))
        await cancel(guest, booking)

    await asyncio.gather(click_again(house, payment), cancel_in_a_moment())
    return await become(house, booking, "CONFIRMED", "CANCELLED")


async def refund_twice_and_cancel(house: House) -> list[str]:
    """By two administrators, each of them more than half, while the guest cancels. What the two were told."""
    guest = house.guest()
    booking = await confirmed(house, guest)
    payment, amount = await payment_of(house, booking)
    told = await asyncio.gather(
        _refund(house, payment, amount * 2 // 3), _refund(house, payment, amount * 2 // 3), cancel(guest, booking)
    )
    await become(house, booking, "CANCELLED")
    return [str(each) for each in told[:2]]


async def _refund(house: House, payment: str, amount: int) -> str:
    try:
        await give_back_by_hand(house, payment, amount)
    except GraphError as refused:
        return refused.codes[0]
    return "done"


# Only holding fails, and only for one guest: the mark that a release leaves does not.
POISON = """
create function refuse_to_hold() returns trigger language plpgsql as $$
begin
  if new.status = 'HELD' and new.guest_id = '{guest}' then
    raise exception 'this hold fails by itself';
  end if;
  return new;
end $$;
create trigger refuse_to_hold before insert on holds for each row execute function refuse_to_hold()"""
CURE = "drop trigger refuse_to_hold on holds; drop function refuse_to_hold"
LETTER = "select id, replayed_at from dead_letters where payload->>'booking_id' = $1"


async def hold_that_dies(house: House) -> str:
    """Its booking is cancelled, and then it is replayed."""
    guest = house.guests[-1]
    await house.sight.execute("accommodation", POISON.format(guest=guest.id))
    try:
        booking = await book(house, guest)
        letter = (await house.sight.until(bool, "accommodation", LETTER, booking))["id"]
        await cancel(guest, booking)
        await become(house, booking, "CANCELLED")
    finally:
        await house.sight.execute("accommodation", CURE)
    await replay(house, "accommodation", str(letter))
    return booking


async def replay(house: House, subgraph: str, letter: str) -> None:
    words = [f"subgraphs.{subgraph}.worker", "replay-dead-letter", letter]
    await run_together([command(house.stack.around, subgraph, "replay-letter", words)])
