"""A simulator over real HTTP, cleared before each test, and a merchant that takes its webhooks."""

import json
import queue
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stack.portone.app import create_app
from stack.portone.running import running
from stack.portone.settings import Settings

PAYMENT = "0190f5a0-0000-7000-8000-000000000001"
RETURN_TO = "https://shop.example/checkout/1?from=window"


@dataclass
class Merchant:
    """Verifies and keeps what it is sent; answers `answers` first, then 200."""

    url: str = ""
    secrets: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    received: "queue.Queue[tuple[str, dict[str, Any]]]" = field(default_factory=queue.Queue)

    async def take(self, request: Request) -> Response:
        body = await request.body()
        for each in self.secrets:
            Webhook(each).verify(body, dict(request.headers))
        self.received.put((request.headers["webhook-id"], json.loads(body)))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    def next(self) -> tuple[str, dict[str, Any]]:
        return self.received.get(timeout=30)

    def next_types(self, count: int) -> list[str]:
        return [self.next()[1]["type"] for _ in range(count)]

    def forget(self) -> None:
        self.answers.clear()
        while not self.received.empty():
            self.received.get()


@pytest.fixture(scope="package")
def listening() -> Iterator[Merchant]:
    taker = Merchant()
    with running(lambda _: Starlette(routes=[Route("/hook", taker.take, methods=["POST"])])) as url:
        taker.url = f"{url}/hook"
        yield taker


@pytest.fixture(scope="package")
def settings(listening: Merchant) -> Settings:
    settings = Settings(webhook_url=listening.url, webhook_retry_unit=0.01)
    listening.secrets = settings.webhook_secret_list
    return settings


@pytest.fixture(scope="package")
def address(settings: Settings) -> Iterator[str]:
    with running(lambda port: create_app(settings.model_copy(update={"port": port}))) as url:
        yield url


class Simulator:
    """The simulator as seen by the merchant's server (`get`, `cancel`) and by a person (`click`)."""

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self.settings = settings
        self.client = client
        self.authorization = {"authorization": f"PortOne {settings.api_secret.get_secret_value()}"}

    async def click(self, outcome: str, **changed: Any) -> httpx.Response:
        form = {
            "paymentId": PAYMENT,
            "storeId": self.settings.store_id,
            "channelKey": self.settings.channel_key,
            "orderName": "Seaside, 2 nights",
            "totalAmount": "130000",
            "currency": "KRW",
            "redirectUrl": RETURN_TO,
            "payMethod": "CARD",
            "outcome": outcome,
        }
        return await self.client.post("/window", data=form | changed)

    async def get(self, payment_id: str = PAYMENT) -> dict[str, Any]:
        answer = await self.client.get(f"/payments/{payment_id}", headers=self.authorization)
        assert answer.status_code == 200
        return dict(answer.json())

    async def cancel(self, key: str | None = None, **body: Any) -> httpx.Response:
        headers = self.authorization | ({"idempotency-key": key} if key else {})
        body = {"reason": "the guest cancelled"} | body
        return await self.client.post(f"/payments/{PAYMENT}/cancel", json=body, headers=headers)

    async def close_account(self) -> httpx.Response:
        path = f"/payments/{PAYMENT}/virtual-account/close"
        return await self.client.post(path, headers=self.authorization)

    async def switch(self, **switches: Any) -> None:
        answer = await self.client.patch("/control/switches", json=switches)
        assert answer.status_code == 200


@pytest.fixture
async def simulator(settings: Settings, address: str) -> AsyncIterator[Simulator]:
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        await client.post("/control/clear")
        yield Simulator(settings, client)


@pytest.fixture
def merchant(listening: Merchant, simulator: Simulator) -> Merchant:
    """Hears nothing any more of what was sent before the simulator was cleared."""
    listening.forget()
    return listening
