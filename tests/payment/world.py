"""The others as payment meets them: booking's commands, a guest in the payment window, the provider's webhooks."""

import queue
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import Answer, SubgraphUnderTest
from stack.portone.settings import Settings as SimulatorSettings
from subgraphs.payment.ledger import store as ledger
from subgraphs.payment.ledger.rules import LEASE
from subgraphs.payment.ledger.tables import Payment, PaymentEvent
from subgraphs.payment.payments import store
from subgraphs.payment.payments.reconcile import reconcile_payment
from subgraphs.payment.provider.portone import PortOne
from subgraphs.payment.refunds.store import refunds_of
from subgraphs.payment.refunds.tables import Refund

AMOUNT = Decimal(130000)


@dataclass(frozen=True)
class Letter:
    """One webhook as it was sent."""

    headers: dict[str, str]
    body: bytes


class Postbox:
    """Where the simulator's webhooks go: acknowledged, and kept."""

    def __init__(self) -> None:
        self.url = ""
        self.app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])
        self._letters: queue.Queue[Letter] = queue.Queue()

    def next(self, kind: str) -> Letter:
        """The next webhook of a type; others before it are dropped."""
        while True:
            letter = self._letters.get(timeout=30)
            if f'"{kind}"'.encode() in letter.body:
                return letter

    def empty(self) -> None:
        while not self._letters.empty():
            self._letters.get()

    async def _take(self, request: Request) -> Response:
        signed = {name: value for name, value in request.headers.items() if name.startswith("webhook-")}
        self._letters.put(Letter(signed, await request.body()))
        return Response()


@dataclass
class Simulator:
    settings: SimulatorSettings
    client: httpx.AsyncClient

    async def click(self, payment_id: UUID, outcome: str, amount: int = int(AMOUNT), **changed: Any) -> httpx.Response:
        """What a person does in the payment window."""
        form = {
            "paymentId": str(payment_id),
            "storeId": self.settings.store_id,
            "channelKey": self.settings.channel_key,
            "orderName": "Seaside, 2 nights",
            "totalAmount": amount,
            "currency": "KRW",
            "redirectUrl": f"http://127.0.0.1:4000/checkout/{payment_id}",
            "payMethod": "CARD",
            "outcome": outcome,
        }
        return await self.client.post("/window", data=form | changed)

    async def switch(self, **switches: Any) -> None:
        (await self.client.patch("/control/switches", json=switches)).raise_for_status()

    async def deposit(self, payment_id: UUID) -> None:
        (await self.client.post(f"/control/payments/{payment_id}/deposit")).raise_for_status()

    async def settle(self, payment_id: UUID, outcome: str) -> None:
        (cancellation,) = (await self.entry(payment_id))["open_cancellations"]
        path = f"/control/payments/{payment_id}/cancellations/{cancellation}/{outcome}"
        (await self.client.post(path)).raise_for_status()

    async def entry(self, payment_id: UUID) -> dict[str, Any]:
        """What the simulator's books say of a payment."""
        entries = (await self.client.get("/control/payments")).json()
        return next(each for each in entries if each["payment_id"] == str(payment_id))

    async def give_back_in_the_console(self, payment_id: UUID, amount: int) -> None:
        secret = self.settings.api_secret.get_secret_value()
        answer = await self.client.post(
            f"/payments/{payment_id}/cancel",
            json={"reason": "by hand", "amount": amount},
            headers={"authorization": f"PortOne {secret}"},
        )
        answer.raise_for_status()


@dataclass
class World:
    service: SubgraphUnderTest
    simulator: Simulator
    postbox: Postbox
    http: httpx.AsyncClient
    booking_id: UUID = field(default_factory=uuid7)
    payer_id: UUID = field(default_factory=uuid7)

    @property
    def provider(self) -> PortOne:
        return self.service.resources[PortOne]

    async def open(self, **changed: Any) -> UUID:
        """Booking asks for a payment; its id."""
        await self.ask_to_open(**changed)
        opened = await self.service.published("payment.payment.opened")
        return UUID(opened[-1].payload["payment_id"])

    async def ask_to_open(self, **changed: Any) -> None:
        asked = {
            "booking_id": self.booking_id,
            "user_id": self.payer_id,
            "amount": AMOUNT,
            "currency": "KRW",
            "order_name": "Seaside, 2 nights",
            "due_at": clock.now() + timedelta(minutes=10),
        }
        assert await self.service.handle("payment.open-payment", asked | changed)

    async def ask_to_close(self) -> None:
        assert await self.service.handle("payment.close-payment", {"booking_id": self.booking_id})

    async def ask_to_refund(self, amount: int, refund_id: UUID | None = None) -> UUID:
        refund_id = refund_id or uuid7()
        asked = {"booking_id": self.booking_id, "refund_id": refund_id, "amount": amount, "reason": "cancelled"}
        assert await self.service.handle("payment.refund-payment", asked)
        return refund_id

    async def paid(self, **changed: Any) -> UUID:
        """A payment whose money has come and is known to have."""
        payment_id = await self.open(**changed)
        await self.simulator.click(payment_id, "pay", **changed)
        await self.attend(payment_id)
        return payment_id

    async def attend(self, payment_id: UUID) -> None:
        await reconcile_payment(self.service.database, self.service.cache, self.provider, payment_id)

    async def attend_due(self) -> list[UUID]:
        """What a worker does when it looks; which payments that were."""
        async with self.service.database.transaction() as session:
            due = await store.take_due(session, 100, LEASE)
        for payment_id in due:
            await self.attend(payment_id)
        return list(due)

    async def deliver(self, letter: Letter) -> httpx.Response:
        return await self.http.post("/webhooks/portone", content=letter.body, headers=letter.headers)

    async def confirm(self, payment_id: UUID, user: UUID | None = None) -> Answer:
        document = "mutation($id: ID!) { confirmPayment(paymentId: $id) { id status refunded { amount } } }"
        return await self.service.graphql(document, {"id": str(payment_id)}, user=user or self.payer_id)

    async def payment(self, payment_id: UUID) -> Payment:
        async with self.service.database.reading() as session:
            found = await ledger.find_payment(session, payment_id)
        assert found is not None
        return found

    async def is_moving(self, payment_id: UUID) -> bool:
        """Whether more is to come than a look now and then."""
        payment = await self.payment(payment_id)
        return payment.ask_at is not None and (payment.paid_at is None or payment.refunding > 0)

    async def refunds(self, payment_id: UUID) -> list[Refund]:
        async with self.service.database.reading() as session:
            return list(await refunds_of(session, payment_id))

    async def history(self, payment_id: UUID) -> list[PaymentEvent]:
        async with self.service.database.reading() as session:
            return (await ledger.history_by_payment(session, [payment_id])).get(payment_id, [])

    async def said(self) -> list[str]:
        """What payment told the others so far."""
        return [each.name.removeprefix("payment.payment.") for each in await self.service.published()]


def turn_clock(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Everything that reads the clock finds it later than before."""
    earlier = clock.now

    monkeypatch.setattr(clock, "now", lambda: earlier() + by)
