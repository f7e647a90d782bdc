"""Only the flow opens payments: one a booking, of an amount the server says."""

from decimal import Decimal
from uuid import UUID

import pytest

from subgraphs.payment.ledger import store as ledger
from tests.payment.world import AMOUNT, World


async def test_a_payment_is_opened_once_however_often_it_is_asked(world: World) -> None:
    first = await world.open()
    second = await world.open()

    assert first == second
    opened = await world.service.published()
    said = {"booking_id": str(world.booking_id), "payment_id": str(first), "amount": "130000"}
    assert [(each.name, each.key, each.payload) for each in opened] == [
        ("payment.payment.opened", str(world.booking_id), said)
    ] * 2
    payment = await world.payment(first)
    assert (payment.amount, payment.currency, payment.payer_id) == (AMOUNT, "KRW", world.payer_id)


@pytest.mark.parametrize(
    ("amount", "currency"), [(Decimal(0), "KRW"), (Decimal(-1), "KRW"), (Decimal("0.5"), "KRW"), (Decimal(1), "USD")]
)
async def test_what_can_not_be_paid_is_refused_and_nothing_is_opened(
    world: World, amount: Decimal, currency: str
) -> None:
    await world.ask_to_open(amount=amount, currency=currency)

    (refused,) = await world.service.published()
    assert (refused.name, refused.payload["reason"]) == ("payment.payment.refused", "PAYMENT_FAILED")
    async with world.service.database.reading() as session:
        assert await ledger.payments_by_booking(session, [world.booking_id]) == {}


async def test_opening_after_closing_opens_nothing(world: World) -> None:
    await world.ask_to_close()
    await world.ask_to_open()

    closed = await world.service.published()
    assert [(each.name, each.payload["payment_id"]) for each in closed] == [("payment.payment.closed", None)] * 2


async def test_opening_again_says_how_it_stands(world: World) -> None:
    payment_id = await world.paid()
    await world.ask_to_open()

    last = (await world.service.published())[-1]
    assert (last.name, UUID(last.payload["payment_id"])) == ("payment.payment.paid", payment_id)
