"""The simulator says nothing that PortOne's published types don't, and leaves out nothing they demand.

The lists are the required fields and the words of the official server SDK's types (portone-server-sdk 0.21).
"""

from typing import Any

import pytest

from stack.portone.payments import CancellationStatus, Status
from stack.portone.refusals import HTTP_STATUS
from tests.portone.conftest import PAYMENT, Simulator

STATUSES = {"READY", "PAY_PENDING", "VIRTUAL_ACCOUNT_ISSUED", "PAID", "FAILED", "PARTIAL_CANCELLED", "CANCELLED"}
CANCELLATION_STATUSES = {"REQUESTED", "SUCCEEDED", "FAILED"}
ERRORS = {
    "ALREADY_PAID",
    "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
    "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
    "FORBIDDEN",
    "INVALID_REQUEST",
    "PAYMENT_ALREADY_CANCELLED",
    "PAYMENT_NOT_FOUND",
    "PAYMENT_NOT_PAID",
    "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
    "PG_PROVIDER",
    "UNAUTHORIZED",
    # Written of in the documentation of idempotency keys.
    "IDEMPOTENCY_OUTSTANDING_REQUEST",
}
ALWAYS = {
    *("status", "id", "transactionId", "merchantId", "storeId", "version", "requestedAt", "updatedAt"),
    *("statusChangedAt", "orderName", "amount", "currency", "customer", "origin", "channel"),
}
BESIDES = {
    "READY": set[str](),
    "PAY_PENDING": set[str](),
    "VIRTUAL_ACCOUNT_ISSUED": set[str](),
    "PAID": {"paidAt", "disputes"},
    "FAILED": {"failedAt", "failure"},
    "PARTIAL_CANCELLED": {"cancellations", "cancelledAt"},
    "CANCELLED": {"cancellations", "cancelledAt"},
}
AMOUNT = {"total", "taxFree", "discount", "paid", "cancelled", "cancelledTaxFree"}
CANCELLATION = {"status", "id", "totalAmount", "taxFreeAmount", "vatAmount", "reason", "requestedAt"}


def test_the_words_are_portones() -> None:
    assert {each.value for each in Status} == STATUSES
    assert {each.value for each in CancellationStatus} == CANCELLATION_STATUSES
    assert set(HTTP_STATUS) == ERRORS


async def bring_to(simulator: Simulator, status: str) -> dict[str, Any]:
    """A payment in that state, as it is read."""
    outcome = {"READY": "close", "FAILED": "fail", "PAY_PENDING": "pending"}.get(status, "pay")
    account = {"payMethod": "VIRTUAL_ACCOUNT"} if status == "VIRTUAL_ACCOUNT_ISSUED" else {}
    await simulator.click(outcome, **account)
    if status == "PARTIAL_CANCELLED":
        await simulator.cancel(amount=1)
    if status == "CANCELLED":
        await simulator.cancel()
    return await simulator.get()


@pytest.mark.parametrize("status", sorted(STATUSES))
async def test_every_state_has_the_fields_its_type_demands(simulator: Simulator, status: str) -> None:
    payment = await bring_to(simulator, status)

    assert payment["status"] == status
    assert ALWAYS | BESIDES[status] <= payment.keys()
    assert payment["amount"].keys() >= AMOUNT
    assert {"platformType", "ipAddress"} <= payment["origin"].keys()
    assert {"type", "pgProvider", "pgMerchantId"} <= payment["channel"].keys()
    for each in payment.get("cancellations", []):
        assert each.keys() >= CANCELLATION


async def test_a_refusal_has_a_type_and_a_message(simulator: Simulator) -> None:
    answer = await simulator.client.get(f"/payments/{PAYMENT}", headers=simulator.authorization)
    assert answer.json().keys() == {"type", "message"}
