"""Answers with all that PortOne's types allow, the simulator's and more: read by the official SDK, and in our words."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from portone_server_sdk._generated.payment.payment import _deserialize_payment as read_payment

from chassis.ids import uuid7
from subgraphs.payment.ledger.tables import PaymentMethod
from subgraphs.payment.provider.portone import PortOne
from subgraphs.payment.provider.snapshot import Account, Cancellation, Outcome, State
from tests.portone.test_published import KINDS

EXCHANGES: dict[str, Any] = json.loads(Path(__file__).with_name("exchanges.json").read_text())
PAID_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ALL = Decimal(130_000)
SAID: dict[str, dict[str, Any]] = {
    "a card, with a promotion of the card company": {
        "state": State.PAID,
        "total": ALL,
        "cancellable": ALL,
        "paid_at": PAID_AT,
        "method": PaymentMethod.CARD,
        "receipt_url": "https://dashboard.tosspayments.com/receipt",
    },
    "an account number": {
        "state": State.ACCOUNT_ISSUED,
        "money_came": False,
        "method": PaymentMethod.VIRTUAL_ACCOUNT,
        "account": Account("KOOKMIN", "X6505575749110", datetime(2026, 1, 3, 14, 59, 59, tzinfo=UTC)),
    },
    "a declined card": {
        "state": State.FAILED,
        "money_came": False,
        "failure": "한도초과 혹은 잔액부족",
        "method": None,
    },
    "a part back, and another on its way": {
        "state": State.CANCELLED,
        "paid_at": PAID_AT,
        "cancelled": Decimal(30_000),
        "cancellable": Decimal(80_000),
        "method": PaymentMethod.EASY_PAY,
        "cancellations": [
            Cancellation("cancellation-1", Outcome.SUCCEEDED, Decimal(30_000)),
            Cancellation("cancellation-2", Outcome.REQUESTED, Decimal(20_000)),
            Cancellation("cancellation-3", Outcome.FAILED, Decimal(10_000)),
        ],
    },
    "an account number that ended without money": {
        "state": State.CANCELLED,
        "money_came": False,
        "cancelled": 0,
        "account": None,
    },
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_they_have_the_form_portone_publishes(name: str) -> None:
    assert type(read_payment(deepcopy(EXCHANGES[name]))) is KINDS[EXCHANGES[name]["status"]]


@pytest.mark.parametrize("name", EXCHANGES)
async def test_they_are_read_in_our_words(name: str) -> None:
    answer = httpx.Response(200, json=EXCHANGES[name])
    transport = httpx.MockTransport(lambda _: answer)
    async with httpx.AsyncClient(base_url="https://api.portone.test", transport=transport) as client:
        snapshot = await PortOne(client, "store-4ff4af41").read(uuid7())
    assert (snapshot.said, snapshot.currency) == (EXCHANGES[name]["status"], "KRW")
    assert snapshot.transaction_id == EXCHANGES[name]["transactionId"]
    assert {field: getattr(snapshot, field) for field in SAID[name]} == SAID[name]
