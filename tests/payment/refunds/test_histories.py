"""Random histories of refunds and of what a provider can do badly: nothing goes back twice, nothing more than came."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import pytest

from chassis.errors import DomainError
from subgraphs.payment.payments.reconcile import reconcile_on_request
from subgraphs.payment.provider.protocol import ProviderError
from subgraphs.payment.refunds.request_by_hand import request_refund_by_hand
from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.world import World, turn_clock

KINDS = ["PG_PROVIDER", "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", "INVALID_REQUEST"]


class History:
    def __init__(self, world: World, payment_id: UUID, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
        self.world, self.payment_id, self.monkeypatch = world, payment_id, monkeypatch
        self.chance = random.Random(seed)

    def amount(self) -> int:
        return self.chance.choice([5_000, 10_000, 20_000, 40_000])

    async def step(self) -> None:
        steps: list[Callable[[], Awaitable[object]]] = [self.want, self.want_by_hand, self.console, self.switch]
        await self.chance.choice([*steps, self.settle, self.settle, self.attend, self.attend, self.wait])()

    async def want(self) -> None:
        await self.world.ask_to_refund(self.amount())

    async def want_by_hand(self) -> None:
        key, amount = f"k-{self.chance.randrange(5)}", Decimal(self.amount())
        found = await asyncio.gather(*(self._by_hand(key, amount) for _ in range(2)), return_exceptions=True)
        assert not [each for each in found if isinstance(each, BaseException) and not isinstance(each, DomainError)]

    async def _by_hand(self, key: str, amount: Decimal) -> None:
        async with self.world.service.database.transaction() as session:
            cache = self.world.service.cache
            await request_refund_by_hand(session, cache, self.payment_id, key=key, amount=amount, reason="by hand")

    async def console(self) -> None:
        with suppress(httpx.HTTPStatusError):  # more than is left
            await self.world.simulator.give_back_in_the_console(self.payment_id, self.amount())

    async def switch(self) -> None:
        refunds = self.chance.choice(["SUCCEED", "SUCCEED", "STAY_REQUESTED", "FAIL"])
        trouble = self.chance.choice(["errors_before", "errors_after", "refusals"])
        await self.world.simulator.switch(
            refunds=refunds, refused_as=self.chance.choice(KINDS), **{trouble: self.chance.randrange(3)}
        )

    async def settle(self) -> None:
        for each in (await self.world.simulator.entry(self.payment_id))["open_cancellations"]:
            outcome = self.chance.choice(["succeed", "fail"])
            path = f"/control/payments/{self.payment_id}/cancellations/{each}/{outcome}"
            await self.world.simulator.client.post(path)

    async def attend(self) -> None:
        """Several at once, as workers and clients may; the provider fails some."""
        found = await asyncio.gather(*(self.world.attend(self.payment_id) for _ in range(3)), return_exceptions=True)
        assert all(each is None or isinstance(each, ProviderError) for each in found), found

    async def wait(self) -> None:
        turn_clock(self.monkeypatch, timedelta(minutes=self.chance.choice([1, 5, 400])))

    async def come_to_rest(self) -> None:
        await self.world.simulator.switch(refunds="SUCCEED", refusals=0, errors_before=0, errors_after=0)
        await self.settle()
        while await self.world.is_moving(self.payment_id):
            turn_clock(self.monkeypatch, timedelta(hours=7))
            await self.world.attend_due()
        # What was given up for a refusal that is mended by now.
        service = self.world.service
        await reconcile_on_request(service.database, service.cache, self.world.provider, self.payment_id)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_what_went_back_is_in_both_books_once(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    payment_id = await world.paid()
    history = History(world, payment_id, monkeypatch, seed)
    for _ in range(30):
        await history.step()
    await history.come_to_rest()

    entry, payment = await world.simulator.entry(payment_id), await world.payment(payment_id)
    refunds = await world.refunds(payment_id)
    back = [each for each in refunds if each.status is RefundStatus.SUCCEEDED]
    owed = [each for each in refunds if each.settled_at is None]
    left = entry["paid"] - entry["cancelled"]
    assert entry["open_cancellations"] == []
    assert payment.refunded == sum(each.amount for each in back)
    assert payment.refunding == sum(each.amount for each in owed)
    # Only what the console left too little for waits for a person, and then not all the console gave can be counted.
    assert all(each.status is RefundStatus.FAILED and each.try_at is None and each.amount > left for each in owed)
    assert payment.refunded == entry["cancelled"] or (owed and payment.refunded < entry["cancelled"])
    told = [each.payload["refund_id"] for each in await world.service.published("payment.payment.refunded")]
    assert sorted(told) == sorted(str(each.id) for each in back)
