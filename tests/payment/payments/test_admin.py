"""The back office: administrators see every payment and give money back by hand; nobody else gets anything."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer
from subgraphs.payment.payments.tables import RefundStatus
from tests.payment.world import World

ADMIN = uuid7()
REFUND = """mutation($in: RefundPaymentInput!) { refundPayment(input: $in) {
    id refunded { amount } refunds { id status amount { amount } reason requestedBy { id } } } }"""
SETTLE = "mutation($id: ID!, $note: String!) { settleRefundByHand(refundId: $id, note: $note) { status settledAt } }"
RECONCILE = "mutation($id: ID!) { reconcilePayment(paymentId: $id) { status refunded { amount } } }"
PAYMENT = """query($id: ID!) { payment(id: $id) {
    id status amount { amount } payer { id } booking { id payment { id } } providerReference
    history { name detail } refunds { status failureReason } } }"""


async def ask(world: World, document: str, role: Role = Role.ADMIN, **variables: Any) -> Answer:
    return await world.service.graphql(document, variables, user=ADMIN, role=role, face="admin")


def by_hand(payment_id: UUID, amount: int, key: str = "k-1", reason: str = "broken shower") -> dict[str, Any]:
    return {"idempotencyKey": key, "paymentId": str(payment_id), "amount": amount, "reason": reason}


async def test_an_administrator_sees_all_that_happened(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "fail")
    await world.attend(payment_id)
    await world.simulator.click(payment_id, "pay")
    await world.attend(payment_id)

    seen = (await ask(world, PAYMENT, id=str(payment_id))).data["payment"]

    assert (seen["status"], seen["payer"]) == ("PAID", {"id": str(world.payer_id)})
    assert seen["booking"] == {"id": str(world.booking_id), "payment": {"id": str(payment_id)}}
    assert seen["providerReference"] == (await world.payment(payment_id)).transaction_id
    assert [each["name"] for each in seen["history"]] == ["opened", "the provider says FAILED", "paid"]


@pytest.mark.parametrize("role", [Role.GUEST, Role.HOST])
async def test_nobody_else_gets_anything(world: World, role: Role) -> None:
    payment_id = await world.paid()
    refund_id = await world.ask_to_refund(1_000)
    before = await world.payment(payment_id)
    asked = [
        (PAYMENT, {"id": str(payment_id)}),
        ("{ payments { totalCount } }", {}),
        (REFUND, {"in": by_hand(payment_id, 1_000)}),
        (SETTLE, {"id": str(refund_id), "note": "cash"}),
        (RECONCILE, {"id": str(payment_id)}),
    ]
    for document, variables in asked:
        assert (await ask(world, document, role, **variables)).codes == ["FORBIDDEN"]
        anonymous = await world.service.graphql(document, variables, face="admin")
        assert anonymous.codes == ["UNAUTHENTICATED"]
    references = """query($r: [_Any!]!) { _entities(representations: $r) {
        ... on Payment { status } ... on Refund { id } } }"""
    representations = [
        {"__typename": "Payment", "id": str(payment_id)},
        {"__typename": "Refund", "id": str(refund_id)},
    ]
    assert (await ask(world, references, role, r=representations)).data["_entities"] == [None, None]
    assert await world.payment(payment_id) == before


async def test_a_part_is_given_back_by_hand_once_a_key(world: World) -> None:
    payment_id = await world.paid()
    answers = await asyncio.gather(*(ask(world, REFUND, **{"in": by_hand(payment_id, 30_000)}) for _ in range(5)))
    assert [each.errors for each in answers] == [[]] * 5
    await world.attend_due()

    (refund,) = (await ask(world, REFUND, **{"in": by_hand(payment_id, 30_000)})).data["refundPayment"]["refunds"]

    assert (refund["status"], refund["amount"]["amount"], refund["requestedBy"]) == (
        "SUCCEEDED",
        30000,
        {"id": str(ADMIN)},
    )
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    other = await ask(world, REFUND, **{"in": by_hand(payment_id, 30_001)})
    assert other.codes == ["IDEMPOTENCY_MISMATCH"]


@pytest.mark.parametrize(
    ("amount", "reason", "key", "code"),
    [
        (130_001, "r", "k", "REFUND_EXCEEDS_PAYMENT"),
        (0, "r", "k", "INVALID_INPUT"),
        (1_000, " ", "k", "INVALID_INPUT"),
        (1_000, "r", "", "INVALID_INPUT"),
    ],
)
async def test_what_can_not_be_given_back_is_refused(
    world: World, amount: int, reason: str, key: str, code: str
) -> None:
    payment_id = await world.paid()

    answer = await ask(world, REFUND, **{"in": by_hand(payment_id, amount, key, reason)})

    assert answer.codes == [code]
    assert await world.refunds(payment_id) == []


async def test_an_unpaid_payment_gives_nothing_back(world: World) -> None:
    payment_id = await world.open()
    assert (await ask(world, REFUND, **{"in": by_hand(payment_id, 1_000)})).codes == ["CONFLICT"]
    assert await world.refunds(payment_id) == []


async def test_two_refunds_at_once_give_back_no_more_than_is_left(world: World) -> None:
    payment_id = await world.paid()

    answers = await asyncio.gather(
        *(ask(world, REFUND, **{"in": by_hand(payment_id, 100_000, f"k-{at}")}) for at in range(4))
    )

    assert sorted(str(each.codes) for each in answers) == ["['REFUND_EXCEEDS_PAYMENT']"] * 3 + ["[]"]


async def test_a_refund_that_waits_for_an_account_can_be_settled_by_hand(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    refund_id = await world.ask_to_refund(30_000)

    settled = await ask(world, SETTLE, id=str(refund_id), note="transferred by the bank")

    assert settled.data["settleRefundByHand"]["status"] == "SUCCEEDED"
    assert (await world.payment(payment_id)).refunded == 30_000
    assert (await world.said())[-1] == "refunded"
    again = await ask(world, SETTLE, id=str(refund_id), note="once more")
    assert again.codes == ["CONFLICT"]
    assert (await world.payment(payment_id)).refunded == 30_000


async def test_what_the_provider_may_still_give_back_is_not_settled_by_hand(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED")
    refund_id = await world.ask_to_refund(30_000)
    await world.attend_due()

    answer = await ask(world, SETTLE, id=str(refund_id), note="transferred by the bank")

    assert answer.codes == ["CONFLICT"]
    assert (await world.refunds(payment_id))[0].status is RefundStatus.REQUESTED


async def test_reconciling_asks_the_provider_and_acts(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", amount=1)

    answer = await ask(world, RECONCILE, id=str(payment_id))

    assert answer.data["reconcilePayment"] == {"status": "REFUNDED", "refunded": {"amount": 1}}
    assert (await ask(world, RECONCILE, id=str(uuid7()))).codes == ["NOT_FOUND"]
    await world.simulator.switch(errors_before=1)
    assert (await ask(world, RECONCILE, id=str(payment_id))).codes == ["UNAVAILABLE"]


async def test_payments_are_found_by_every_filter(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED")
    await world.ask_to_refund(1_000)
    await world.open(booking_id=uuid7(), user_id=uuid7(), amount=5)
    paid = await world.payment(payment_id)
    document = "query($f: PaymentFilter!) { payments(filter: $f, orderBy: AMOUNT_ASC) { totalCount nodes { id } } }"
    for found in (
        {"bookingId": str(world.booking_id)},
        {"payerId": str(world.payer_id)},
        {"providerReference": paid.transaction_id},
        {"statuses": ["PAID", "REFUNDED"]},
        {"methods": ["CARD"]},
        {"amountFrom": 6},
        {"refundOpen": True},
    ):
        answer = (await ask(world, document, f=found)).data["payments"]
        assert answer == {"totalCount": 1, "nodes": [{"id": str(payment_id)}]}, found
    for missing in ({"amountTo": 4}, {"createdTo": "2020-01-01T00:00:00Z"}, {"statuses": []}):
        assert (await ask(world, document, f=missing)).data["payments"]["totalCount"] == 0, missing
    everything = await ask(world, document, f={"createdFrom": "2020-01-01T00:00:00Z", "amountTo": 130_000})
    assert everything.data["payments"]["totalCount"] == 2
