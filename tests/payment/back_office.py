"""An administrator in the back office, and what is asked there about giving money back."""

from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer
from tests.payment.world import World

REFUND = """mutation($in: RefundPaymentInput!) { refundPayment(input: $in) {
    id refunded { amount } refunds { id status amount { amount } reason requestedBy { id } } } }"""
SETTLE = "mutation($id: ID!, $note: String!) { settleRefundByHand(refundId: $id, note: $note) { status settledAt } }"
ADMIN = uuid7()


async def ask(world: World, document: str, role: Role = Role.ADMIN, **variables: Any) -> Answer:
    return await world.service.graphql(document, variables, user=ADMIN, role=role, face="admin")


def by_hand(payment_id: UUID, amount: int, key: str = "k-1", reason: str = "broken shower") -> dict[str, Any]:
    return {"idempotencyKey": key, "paymentId": str(payment_id), "amount": amount, "reason": reason}
