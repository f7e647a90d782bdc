"""PortOne's words, over real HTTP against the simulator and from exchanges as PortOne documents them."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import uuid7
from subgraphs.payment.ledger.tables import PaymentMethod
from subgraphs.payment.provider.portone import PortOne, snapshot_of
from subgraphs.payment.provider.protocol import NothingToClose, ProviderAway, ProviderRefused
from subgraphs.payment.provider.snapshot import NOTHING_YET, Cancellation, Outcome, RefundAccount, State
from tests.payment.world import World


async def cancel(provider: PortOne, payment_id: UUID, amount: int, cancellable: int, key: str = "") -> Cancellation:
    return await provider.cancel(
        payment_id,
        key=key or str(uuid7()),
        amount=Decimal(amount),
        currency="KRW",
        cancellable=Decimal(cancellable),
        reason="cancelled",
        account=None,
    )


async def test_a_payment_nobody_opened_a_window_for_is_ready(world: World) -> None:
    assert await world.provider.read(uuid7()) is NOTHING_YET


async def test_a_paid_payment_is_read_in_our_words(world: World) -> None:
    payment_id = uuid7()
    await world.simulator.click(payment_id, "pay", payMethod="EASY_PAY")

    snapshot = await world.provider.read(payment_id)

    assert (snapshot.state, snapshot.total, snapshot.currency) == (State.PAID, 130_000, "KRW")
    assert (snapshot.method, snapshot.cancelled, snapshot.cancellable) == (PaymentMethod.EASY_PAY, 0, 130_000)
    assert snapshot.money_came
    assert snapshot.receipt_url == f"{world.simulator.settings.url}/receipts/{payment_id}"


async def test_amounts_are_minor_units_on_the_wire(world: World) -> None:
    payment_id = uuid7()
    await world.simulator.click(payment_id, "pay", amount=12_345, currency="EUR")

    assert (await world.provider.read(payment_id)).total == Decimal("123.45")


async def test_the_same_key_is_the_same_deed(world: World) -> None:
    payment_id, key = uuid7(), str(uuid7())
    await world.simulator.click(payment_id, "pay")

    first = await cancel(world.provider, payment_id, 1_000, 130_000, key)
    again = await cancel(world.provider, payment_id, 1_000, 130_000, key)

    assert first == again
    assert (first.outcome, first.amount) == (Outcome.SUCCEEDED, 1_000)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 1_000


async def test_definite_refusals_carry_the_providers_word(world: World) -> None:
    payment_id = uuid7()
    await world.simulator.click(payment_id, "pay")

    with pytest.raises(ProviderRefused, match="CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"):
        await cancel(world.provider, payment_id, 1_000, 129_999)
    with pytest.raises(ProviderRefused, match="CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"):
        await cancel(world.provider, payment_id, 130_001, 130_000)
    with pytest.raises(ProviderRefused, match="PAYMENT_NOT_FOUND"):
        await cancel(world.provider, uuid7(), 1, 1)
    with pytest.raises(NothingToClose):
        await world.provider.close_account(payment_id, key=f"close-{payment_id}")
    assert (await world.simulator.entry(payment_id))["cancelled"] == 0


async def test_a_key_under_way_and_errors_without_a_type_say_nothing_about_the_deed(world: World) -> None:
    payment_id, key = uuid7(), str(uuid7())
    await world.simulator.click(payment_id, "pay")
    await world.simulator.switch(latency=60)
    asking = asyncio.as_completed([cancel(world.provider, payment_id, 1_000, 130_000, key) for _ in range(3)])
    for _ in range(2):
        with pytest.raises(ProviderAway):
            await next(asking)
    await world.simulator.switch(latency=0)
    assert isinstance(await next(asking), Cancellation)

    await world.simulator.switch(latency=0, errors_before=1)
    with pytest.raises(ProviderAway, match="503"):
        await world.provider.read(payment_id)


async def test_a_wrong_secret_is_no_refusal_of_the_deed(world: World) -> None:
    payment_id = uuid7()
    await world.simulator.click(payment_id, "pay")
    stranger = PortOne.connect(world.simulator.settings.url, "wrong", world.simulator.settings.store_id, 5)
    with pytest.raises(ProviderAway, match="UNAUTHORIZED"):
        await cancel(stranger, payment_id, 1_000, 130_000)
    await stranger.close()


async def test_silence_ends_after_the_read_timeout_and_no_secret_is_in_the_error(world: World) -> None:
    settings = world.simulator.settings
    hasty = PortOne.connect(settings.url, settings.api_secret.get_secret_value(), settings.store_id, 0.05)
    await world.simulator.switch(latency=1)
    with pytest.raises(ProviderAway, match="ReadTimeout") as silent:
        await hasty.read(uuid7())
    assert settings.api_secret.get_secret_value() not in str(silent.value)
    await hasty.close()


class Recorded:
    """A PortOne of one answer, and what it was asked."""

    def __init__(self, status: int, body: Any) -> None:
        self.asked: list[httpx.Request] = []
        self._answer = httpx.Response(status, json=body) if not isinstance(body, bytes) else None
        self._raw = httpx.Response(status, content=body) if isinstance(body, bytes) else None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._answer or self._raw or httpx.Response(500)


@pytest.fixture
async def opened() -> AsyncIterator[list[httpx.AsyncClient]]:
    clients: list[httpx.AsyncClient] = []
    yield clients
    for each in clients:
        await each.aclose()


def portone(recorded: Recorded, opened: list[httpx.AsyncClient]) -> PortOne:
    client = httpx.AsyncClient(base_url="https://api.portone.test", transport=httpx.MockTransport(recorded))
    opened.append(client)
    return PortOne(client, "store-1")


async def test_a_cancellation_says_everything_portone_wants_to_know(opened: list[httpx.AsyncClient]) -> None:
    recorded = Recorded(200, {"cancellation": {"status": "SUCCEEDED", "id": "c-1", "totalAmount": 1050}})
    payment_id = uuid7()
    await portone(recorded, opened).cancel(
        payment_id,
        key="0190f5a0-1111-7000-8000-00000000000a",
        amount=Decimal("10.50"),
        currency="USD",
        cancellable=Decimal("99.90"),
        reason="cancelled",
        account=RefundAccount("SHINHAN", "110123456789", "Kim"),
    )

    (request,) = recorded.asked
    assert request.url.path == f"/payments/{payment_id}/cancel"
    assert request.headers["idempotency-key"] == "0190f5a0-1111-7000-8000-00000000000a"
    assert httpx.Response(200, content=request.content).json() == {
        "storeId": "store-1",
        "amount": 1050,
        "currentCancellableAmount": 9990,
        "reason": "cancelled",
        "refundAccount": {"bank": "SHINHAN", "number": "110123456789", "holderName": "Kim"},
    }


async def test_a_connection_that_breaks_is_tried_once_more_with_the_same_key(opened: list[httpx.AsyncClient]) -> None:
    asked: list[str] = []

    def breaking(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["idempotency-key"])
        if len(asked) == 1:
            raise httpx.RemoteProtocolError("Server disconnected")
        return httpx.Response(200, json={"closedAt": "2026-01-02T03:04:05Z"})

    client = httpx.AsyncClient(base_url="https://api.portone.test", transport=httpx.MockTransport(breaking))
    opened.append(client)
    await PortOne(client, "store-1").close_account(uuid7(), key="0190f5a0-1111-7000-8000-00000000000a")
    assert asked == ["0190f5a0-1111-7000-8000-00000000000a"] * 2


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectTimeout, httpx.ConnectError])
async def test_a_provider_that_is_not_there_is_away(
    error: type[httpx.TransportError], opened: list[httpx.AsyncClient]
) -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise error("nothing")

    client = httpx.AsyncClient(base_url="https://api.portone.test", transport=httpx.MockTransport(silent))
    opened.append(client)
    with pytest.raises(ProviderAway, match=error.__name__):
        await PortOne(client, "store-1").read(uuid7())


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"status": "PAID"}'])
async def test_an_answer_that_can_not_be_understood_is_no_answer(body: bytes, opened: list[httpx.AsyncClient]) -> None:
    with pytest.raises(ProviderAway):
        await portone(Recorded(200, body), opened).read(uuid7())


def exchange(**changed: Any) -> dict[str, Any]:
    body = {
        "status": "PAID",
        "id": "p-1",
        "transactionId": "t-1",
        "statusChangedAt": "2026-01-02T03:04:06Z",
        "amount": {"total": 1000, "paid": 1000, "cancelled": 0},
        "currency": "KRW",
        "paidAt": "2026-01-02T03:04:05+09:00",
    }
    return body | changed


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("READY", State.READY),
        ("PENDING", State.PENDING),
        ("PAY_PENDING", State.PENDING),
        ("VIRTUAL_ACCOUNT_ISSUED", State.ACCOUNT_ISSUED),
        ("PAID", State.PAID),
        ("FAILED", State.FAILED),
        ("PARTIAL_CANCELLED", State.CANCELLED),
        ("CANCELLED", State.CANCELLED),
        ("SOMETHING_NEW", State.UNKNOWN),
    ],
)
def test_every_published_state_is_known_and_a_new_one_is_tolerated(said: str, state: State) -> None:
    assert snapshot_of(exchange(status=said)).state is state


def test_a_cancelled_payment_that_does_not_say_when_it_was_paid_was_paid_all_the_same() -> None:
    cancelled = exchange(status="CANCELLED", cancellations=[{"status": "SUCCEEDED", "id": "c", "totalAmount": 1000}])
    del cancelled["paidAt"]
    assert snapshot_of(cancelled).money_came

    ended = exchange(status="CANCELLED")
    del ended["paidAt"]
    assert not snapshot_of(ended).money_came


def test_only_what_succeeded_counts_as_back() -> None:
    snapshot = snapshot_of(
        exchange(
            amount={"total": 1000, "paid": 1000, "cancelled": 600},
            cancellations=[
                {"status": "SUCCEEDED", "id": "a", "totalAmount": 100},
                {"status": "REQUESTED", "id": "b", "totalAmount": 200},
                {"status": "FAILED", "id": "c", "totalAmount": 300},
                {"status": "A_NEW_ONE", "id": "d", "totalAmount": 400},
            ],
        )
    )
    assert (snapshot.cancelled, snapshot.cancellable) == (100, 300)
