"""Random histories of payments: one word to the booking, and money that is kept only where that word was `paid`."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from chassis.errors import Unavailable
from subgraphs.payment.ledger.tables import PaymentStatus
from subgraphs.payment.payments.confirm import confirm_payment
from subgraphs.payment.provider.protocol import ProviderError
from subgraphs.payment.provider.snapshot import RefundAccount
from subgraphs.payment.refunds.provide_account import provide_refund_account
from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.world import World, turn_clock

ACCOUNT = RefundAccount("SHINHAN", "110-123-456789", "Kim")


class History:
    def __init__(self, world: World, payment_id: UUID, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
        self.world, self.payment_id, self.monkeypatch = world, payment_id, monkeypatch
        self.chance = random.Random(seed)

    async def step(self) -> None:
        steps: list[Callable[[], Awaitable[object]]] = [self.click, self.click, self.deposit, self.close, self.switch]
        await self.chance.choice([*steps, self.look, self.look, self.look, self.wait])()

    async def click(self) -> None:
        outcome = self.chance.choice(["pay", "pay", "fail", "close", "pending"])
        amount = self.chance.choice([130_000, 130_000, 130_000, 1])
        method = self.chance.choice(["CARD", "VIRTUAL_ACCOUNT"])
        await self.world.simulator.click(self.payment_id, outcome, amount, payMethod=method)

    async def deposit(self) -> None:
        """Or a refusal, where nothing is waited for."""
        await self.world.simulator.client.post(f"/control/payments/{self.payment_id}/deposit")

    async def close(self) -> None:
        await self.world.ask_to_close()

    async def switch(self) -> None:
        trouble = self.chance.choice(["errors_before", "errors_after"])
        await self.world.simulator.switch(**{trouble: self.chance.randrange(3)})

    async def look(self) -> None:
        """Workers, and the guest's browser, all at once; what the provider fails comes again."""
        attended = (self.world.attend(self.payment_id) for _ in range(2))
        found = await asyncio.gather(*attended, self._confirm(), return_exceptions=True)
        away = (ProviderError, Unavailable)
        assert not [each for each in found if isinstance(each, BaseException) and not isinstance(each, away)], found

    async def _confirm(self) -> None:
        service = self.world.service
        await confirm_payment(service.database, service.cache, self.world.provider, self.payment_id, None, at_most=1000)

    async def wait(self) -> None:
        turn_clock(self.monkeypatch, timedelta(minutes=self.chance.choice([1, 5, 11])))

    async def come_to_rest(self) -> None:
        await self.world.simulator.switch(errors_before=0, errors_after=0)
        await self.close()
        await self._say_where_to()
        while await self.world.is_moving(self.payment_id):
            turn_clock(self.monkeypatch, timedelta(hours=3))
            await self.world.attend_due()
            await self._say_where_to()

    async def _say_where_to(self) -> None:
        for each in await self.world.refunds(self.payment_id):
            if each.status is RefundStatus.NEEDS_ACCOUNT:
                async with self.world.service.database.transaction() as session:
                    cache, payer = self.world.service.cache, self.world.payer_id
                    await provide_refund_account(session, cache, payer, each.id, ACCOUNT)


@pytest.mark.parametrize("seed", [0, 4, 23])
async def test_whatever_happens_the_booking_hears_one_word_and_only_paid_keeps_money(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    payment_id = await world.open()
    history = History(world, payment_id, monkeypatch, seed)
    for _ in range(15):
        await history.step()
    await history.come_to_rest()

    books = (await world.simulator.client.get("/control/payments")).json()
    paid, back = (sum(entry[side] for entry in books) for side in ("paid", "cancelled"))
    payment = await world.payment(payment_id)
    words = {each for each in await world.said() if each in ("paid", "closed", "refused")}
    assert len(words) == 1
    if words == {"paid"}:
        assert (payment.status, paid, back) == (PaymentStatus.PAID, 130_000, 0)
    else:
        assert paid == back == payment.refunded
        assert payment.refunding == 0
        assert payment.status is (PaymentStatus.REFUNDED if paid else PaymentStatus.CLOSED)
