"""The back office: administrators see every payment and give money back by hand; nobody else gets anything."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

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


FILTERED = """query($f: PaymentFilter! = {}, $by: PaymentOrder! = AMOUNT_ASC, $after: String) {
    payments(filter: $f, orderBy: $by, first: 2, after: $after) {
        totalCount nodes { amount { amount } } pageInfo { hasNextPage endCursor } } }"""


@dataclass
class Ledger:
    """Payments of 1,000 (paid, a part on its way back), 2,000 (paid by account), 3,000 (failed) and 4,000 (open)."""

    world: World
    ids: dict[int, UUID]

    async def found(self, **wanted: Any) -> list[int]:
        answer = (await ask(self.world, FILTERED, f=wanted)).data["payments"]
        amounts = [each["amount"]["amount"] for each in answer["nodes"]]
        assert answer["totalCount"] == len(amounts) or answer["pageInfo"]["hasNextPage"]
        return amounts


@pytest.fixture
async def ledger(world: World) -> Ledger:
    ids = {}
    for amount, outcome, method in ((1_000, "pay", "CARD"), (2_000, "pay", "TRANSFER"), (3_000, "fail", "MOBILE")):
        each = World(world.service, world.simulator, world.postbox, world.http)
        ids[amount] = await each.open(amount=amount)
        await world.simulator.click(ids[amount], outcome, amount, payMethod=method)
        await world.attend(ids[amount])
    ids[4_000] = await world.open(amount=4_000)
    await ask(world, REFUND, **{"in": by_hand(ids[1_000], 10)})
    return Ledger(world, ids)


async def test_payments_are_found_by_every_filter(ledger: Ledger) -> None:
    world, first = ledger.world, await ledger.world.payment(ledger.ids[1_000])
    third = await world.payment(ledger.ids[3_000])
    for wanted, found in (
        ({"bookingId": str(world.booking_id)}, [4_000]),
        ({"payerId": str(world.payer_id)}, [4_000]),
        ({"providerReference": first.transaction_id}, [1_000]),
        ({"statuses": ["PAID", "REFUNDED"]}, [1_000, 2_000]),
        ({"statuses": ["FAILED"]}, [3_000]),
        ({"statuses": []}, []),
        ({"methods": ["CARD"]}, [1_000]),
        ({"methods": ["TRANSFER", "MOBILE"]}, [2_000, 3_000]),
        ({"amountFrom": 3_000}, [3_000, 4_000]),
        ({"amountTo": 1_000}, [1_000]),
        ({"amountFrom": 1_001, "amountTo": 2_999}, [2_000]),
        ({"createdTo": first.created_at.isoformat()}, [1_000]),
        ({"createdFrom": third.created_at.isoformat()}, [3_000, 4_000]),
        ({"refundOpen": True}, [1_000]),
        ({"refundOpen": False, "methods": ["TRANSFER"]}, [2_000]),
        ({"providerReference": first.transaction_id, "methods": ["MOBILE"]}, []),
    ):
        assert (wanted, await ledger.found(**wanted)) == (wanted, found)


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("AMOUNT_ASC", [1_000, 2_000, 3_000, 4_000]),
        ("AMOUNT_DESC", [4_000, 3_000, 2_000, 1_000]),
        ("CREATED_AT_ASC", [1_000, 2_000, 3_000, 4_000]),
        ("CREATED_AT_DESC", [4_000, 3_000, 2_000, 1_000]),
    ],
)
async def test_pages_follow_one_another_in_every_order(ledger: Ledger, by: str, order: list[int]) -> None:
    first = (await ask(ledger.world, FILTERED, by=by)).data["payments"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (4, True)
    second = (await ask(ledger.world, FILTERED, by=by, after=first["pageInfo"]["endCursor"])).data["payments"]
    assert second["pageInfo"]["hasNextPage"] is False
    assert [each["amount"]["amount"] for each in first["nodes"] + second["nodes"]] == order


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"bookingId": ""}, "filter.bookingId"),
        ({"payerId": "somebody"}, "filter.payerId"),
        ({"providerReference": "\0"}, "filter.providerReference"),
        ({"providerReference": ""}, "filter.providerReference"),
    ],
)
async def test_what_nothing_can_be_found_by_is_said_to_be_wrong(
    world: World, wanted: dict[str, str], field: str
) -> None:
    answer = await ask(world, FILTERED, f=wanted)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"][0]["field"] == field
