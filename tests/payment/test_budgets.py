"""Every root field and entity of payment, asked for all it has, takes so many SQL statements, however much it shows.

Fields are read from the schemas: one that has no budget here, or takes more than it is given, fails.
"""

from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing_schemas import entities, everything, graph_of, root_fields
from subgraphs.payment.schema import admin, public
from tests.payment.back_office import ADMIN, by_hand
from tests.payment.world import World

FACES = {"public": public, "admin": admin}
# Payments by their ids or a page of them; their count; their refunds; what happened to them.
QUERIES = {"public Query.payment": 2, "admin Query.payment": 3, "admin Query.payments": 4}
ENTITIES = {
    "public Payment": 2,
    "public Booking": 2,
    "public Refund": 1,
    "public Viewer": 3,
    "admin Payment": 3,
    "admin Booking": 3,
    "admin Refund": 1,
}
MUTATIONS = {
    # Find it; draw a number for the read; lock it, look for refunds, write what was found, note it, say it.
    "public Mutation.confirmPayment": 9,
    # Lock the payment by its refund; find that; write both, note it.
    "public Mutation.provideRefundAccount": 5,
    # Lock, look for one under the same key, write both, note it.
    "admin Mutation.refundPayment": 6,
    # Lock the payment by its refund; find that; write both, note it twice at once, say it.
    "admin Mutation.settleRefundByHand": 6,
    # What failed is looked for; the read, and what is to be sent; read again.
    "admin Mutation.reconcilePayment": 11,
}


def test_every_root_field_and_entity_has_a_budget() -> None:
    assert QUERIES.keys() | MUTATIONS.keys() == root_fields(**FACES)
    assert ENTITIES.keys() == entities(**FACES)


def shown(face: str, kind: str) -> str:
    found: Any = graph_of(FACES[face]).type_map[kind]
    return everything(found, {})


async def statements(world: World, face: str, document: str, **variables: Any) -> int:
    who: dict[str, Any] = {"user": ADMIN, "role": Role.ADMIN} if face == "admin" else {"user": world.payer_id}
    world.service.sql.clear()
    answer = await world.service.graphql(document, variables, face=face, **who)
    assert answer.errors == []
    return len(world.service.sql)


async def several(world: World, count: int) -> dict[str, list[UUID]]:
    """Payments of one payer, each paid and partly on its way back."""
    bookings, payments, refunds = [], [], []
    for _ in range(count):
        each = World(world.service, world.simulator, world.postbox, world.http, payer_id=world.payer_id)
        bookings.append(each.booking_id)
        payments.append(await each.paid())
        refunds.append(await each.ask_to_refund(1_000))
    return {"Payment": payments, "Booking": bookings, "Refund": refunds, "Viewer": [world.payer_id]}


async def test_what_is_asked_keeps_to_its_budget(world: World) -> None:
    ids = await several(world, 4)
    page = f"{{ payments(first: 3) {{ {shown('admin', 'PaymentConnection')} }} }}"
    assert await statements(world, "admin", page) == QUERIES["admin Query.payments"]
    for face in FACES:
        one = f"query ($id: ID!) {{ payment(id: $id) {{ {shown(face, 'Payment')} }} }}"
        assert await statements(world, face, one, id=str(ids["Payment"][0])) == QUERIES[f"{face} Query.payment"]
    for name, budget in ENTITIES.items():
        face, kind = name.split()
        document = f"""query ($of: [_Any!]!) {{ _entities(representations: $of) {{
            ... on {kind} {{ {shown(face, kind)} }} }} }}"""
        for some in (ids[kind], ids[kind][:1]):
            of = [{"__typename": kind, "id": str(each)} for each in some]
            assert (name, await statements(world, face, document, of=of)) == (name, budget)


async def test_what_is_done_keeps_to_its_budget(world: World) -> None:
    confirm = "mutation ($id: ID!) { confirmPayment(paymentId: $id) { status } }"
    refund = "mutation ($in: RefundPaymentInput!) { refundPayment(input: $in) { status } }"
    reconcile = "mutation ($id: ID!) { reconcilePayment(paymentId: $id) { status } }"
    settle = 'mutation ($id: ID!) { settleRefundByHand(refundId: $id, note: "cash") { status } }'
    provide = "mutation ($in: ProvideRefundAccountInput!) { provideRefundAccount(input: $in) { status } }"
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    took = {"public Mutation.confirmPayment": await statements(world, "public", confirm, id=str(payment_id))}
    by = by_hand(payment_id, 1_000)
    took["admin Mutation.refundPayment"] = await statements(world, "admin", refund, **{"in": by})
    took["admin Mutation.reconcilePayment"] = await statements(world, "admin", reconcile, id=str(payment_id))
    (owed,) = await world.refunds(payment_id)
    account = {"refundId": str(owed.id), "bank": "SHINHAN", "number": "110-123-456789", "holder": "Kim"}
    took["public Mutation.provideRefundAccount"] = await statements(world, "public", provide, **{"in": account})
    other = await world.ask_to_refund(2_000, uuid7())
    took["admin Mutation.settleRefundByHand"] = await statements(world, "admin", settle, id=str(other))
    assert took == MUTATIONS
