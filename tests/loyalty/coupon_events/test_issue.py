"""Asking for a coupon: who gets one, and what everybody else is told."""

from tests.loyalty.backoffice import create_event
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest

ISSUE = """mutation ($id: ID!) { issueCoupon(couponEventId: $id) {
    id status rejection rank requestedAt couponEvent { id } userCoupon { id } } }"""


async def test_it(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    a = await subgraph.graphql(ISSUE, {"id": str(event)}, user=uuid7())
    print(a)
    assert 0
