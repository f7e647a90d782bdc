"""Payments in the graph: to their payer everything, to anybody else nothing, at root fields and references alike."""

from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from tests.payment.world import World

PAYMENT = """
    id status amount { amount currency } refunded { amount currency } method failureReason receiptUrl createdAt paidAt
    booking { id } checkout { url storeId channelKey paymentId orderName expiresAt }
    virtualAccount { bank number dueAt } refunds { id amount { amount } reason status requestedAt settledAt }
"""
ENTITIES = f"""
query($representations: [_Any!]!) {{
  _entities(representations: $representations) {{
    ... on Payment {{ {PAYMENT} }}
    ... on Refund {{ id state: status }}
    ... on Booking {{ id payment {{ id }} }}
    ... on Viewer {{ id payments {{ totalCount nodes {{ id }} }} }}
  }}
}}
"""


async def one(world: World, payment_id: UUID, user: UUID | None, role: Role = Role.GUEST) -> Any:
    document = f"query($id: ID!) {{ payment(id: $id) {{ {PAYMENT} }} }}"
    answer = await world.service.graphql(document, {"id": str(payment_id)}, user=user, role=role)
    assert answer.errors == []
    return answer.data["payment"]


async def entities(world: World, user: UUID | None, *representations: dict[str, str]) -> Any:
    answer = await world.service.graphql(ENTITIES, {"representations": list(representations)}, user=user)
    assert answer.errors == []
    return answer.data["_entities"]


async def test_the_payer_sees_what_to_pay_and_where(world: World) -> None:
    payment_id = await world.open()

    seen = await one(world, payment_id, world.payer_id)

    assert seen["status"] == "READY"
    assert seen["amount"] == {"amount": 130000, "currency": "KRW"}
    assert seen["booking"] == {"id": str(world.booking_id)}
    assert seen["checkout"]["url"] == f"{world.service.settings.public_url}/checkout/{payment_id}"
    assert seen["checkout"]["paymentId"] == str(payment_id)
    assert (seen["method"], seen["virtualAccount"], seen["refunds"], seen["paidAt"]) == (None, None, [], None)


async def test_the_payer_sees_what_was_paid_and_went_back(world: World) -> None:
    payment_id = await world.paid()
    refund_id = await world.ask_to_refund(30_000)
    await world.attend_due()

    seen = await one(world, payment_id, world.payer_id)

    assert (seen["status"], seen["refunded"]["amount"], seen["checkout"]) == ("PARTIALLY_REFUNDED", 30000, None)
    (refund,) = seen["refunds"]
    assert (refund["id"], refund["status"], refund["amount"]["amount"]) == (str(refund_id), "SUCCEEDED", 30000)


@pytest.mark.parametrize("role", list(Role))
async def test_nobody_else_sees_a_payment_whatever_the_role(world: World, role: Role) -> None:
    payment_id = await world.paid()

    assert await one(world, payment_id, uuid7(), role) is None
    assert await one(world, payment_id, None) is None
    assert await one(world, uuid7(), world.payer_id) is None


async def test_references_answer_by_the_same_rule(world: World) -> None:
    payment_id = await world.paid()
    refund_id = await world.ask_to_refund(30_000)
    representations = (
        {"__typename": "Payment", "id": str(payment_id)},
        {"__typename": "Refund", "id": str(refund_id)},
        {"__typename": "Booking", "id": str(world.booking_id)},
        {"__typename": "Viewer", "id": str(world.payer_id)},
    )

    payment, refund, booking, viewer = await entities(world, world.payer_id, *representations)
    assert (payment["id"], refund["id"]) == (str(payment_id), str(refund_id))
    assert booking["payment"] == {"id": str(payment_id)}
    assert viewer["payments"] == {"totalCount": 1, "nodes": [{"id": str(payment_id)}]}

    for stranger in (uuid7(), None):
        payment, refund, booking, viewer = await entities(world, stranger, *representations)
        assert (payment, refund, viewer) == (None, None, None)
        assert booking == {"id": str(world.booking_id), "payment": None}


async def test_confirming_anothers_payment_is_confirming_nothing(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    before = await world.payment(payment_id)

    assert (await world.confirm(payment_id, user=uuid7())).codes == ["NOT_FOUND"]
    document = "mutation($id: ID!) { confirmPayment(paymentId: $id) { id } }"
    assert (await world.service.graphql(document, {"id": str(payment_id)})).codes == ["UNAUTHENTICATED"]
    bad = await world.service.graphql(document, {"id": "p-1"}, user=world.payer_id)
    assert bad.codes == ["INVALID_INPUT"]

    assert await world.payment(payment_id) == before


async def test_own_payments_are_paged_filtered_and_ordered(world: World) -> None:
    for amount in (30_000, 10_000, 20_000):
        await world.open(booking_id=uuid7(), amount=amount)
    await world.open(booking_id=uuid7(), amount=5, user_id=uuid7())
    document = """
    query($r: [_Any!]!, $after: String, $statuses: [PaymentStatus!]) { _entities(representations: $r) { ... on Viewer {
      payments(orderBy: AMOUNT_ASC, first: 2, after: $after, statuses: $statuses) {
        nodes { amount { amount } } pageInfo { hasNextPage endCursor } } } } }"""
    variables: dict[str, Any] = {"r": [{"__typename": "Viewer", "id": str(world.payer_id)}]}

    first = (await world.service.graphql(document, variables, user=world.payer_id)).data["_entities"][0]["payments"]
    assert [each["amount"]["amount"] for each in first["nodes"]] == [10000, 20000]
    assert first["pageInfo"]["hasNextPage"] is True
    second = await world.service.graphql(
        document, variables | {"after": first["pageInfo"]["endCursor"]}, user=world.payer_id
    )
    assert [each["amount"]["amount"] for each in second.data["_entities"][0]["payments"]["nodes"]] == [30000]
    none = await world.service.graphql(document, variables | {"statuses": ["PAID"]}, user=world.payer_id)
    assert none.data["_entities"][0]["payments"]["nodes"] == []


async def test_a_level_of_the_graph_costs_one_statement_a_loader(world: World) -> None:
    bookings = [uuid7() for _ in range(5)]
    for booking_id in bookings:
        await world.open(booking_id=booking_id)
    document = """query($r: [_Any!]!) { _entities(representations: $r) { ... on Booking {
        payment { status refunds { id } } } } }"""
    representations = [{"__typename": "Booking", "id": str(each)} for each in bookings]
    world.service.sql.clear()

    answer = await world.service.graphql(document, {"r": representations}, user=world.payer_id)

    assert [each["payment"]["status"] for each in answer.data["_entities"]] == ["READY"] * 5
    assert len([each for each in world.service.sql if each.lstrip().upper().startswith("SELECT")]) == 2
