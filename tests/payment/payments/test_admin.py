"""The back office: administrators see every payment and give money back by hand; nobody else gets anything."""

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from tests.payment.back_office import REFUND, SETTLE, ask, by_hand
from tests.payment.world import World

RECONCILE = "mutation($id: ID!) { reconcilePayment(paymentId: $id) { status refunded { amount } } }"
PAYMENT = """query($id: ID!) { payment(id: $id) {
    id status amount { amount } payer { id } booking { id payment { id } } providerReference
    history { name detail } refunds { status failureReason } } }"""


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
