"""Withdrawing a coupon: nobody new gets it, and whoever has it keeps it."""

import asyncio
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import ADMIN, CREATE_EVENT, DELETE_COUPON, an_event, ask, create_coupon, create_event
from tests.loyalty.bookings import Booking, own_coupon, status
from tests.loyalty.pipeline import record_all

COUPON_OF = "query ($id: ID!) { couponEvent(id: $id) { status coupon { id deletedAt issued } } }"
WON = "query ($id: ID!) { couponEvent(id: $id) { viewerIssuance { status userCoupon { id status } } } }"
SEEN = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Coupon {
    deletedAt deletedBy { id } updatedBy { id } } } }"""


async def the_coupon(subgraph: SubgraphUnderTest, user_id: UUID) -> tuple[UUID, UUID]:
    """A coupon and the one that the person has of it."""
    owned = await own_coupon(subgraph, user_id)
    [coupon] = (await ask(subgraph, "{ coupons { nodes { id } } }")).data["coupons"]["nodes"]
    return UUID(coupon["id"]), owned


async def test_what_is_issued_stays_usable(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupon, owned = await the_coupon(subgraph, guest)
    await ask(subgraph, DELETE_COUPON, id=str(coupon))
    booking = Booking(subgraph, guest)
    assert await booking.hold(owned) == ("held", {"discount": "10000", "points": 0})
    assert await booking.spend() == ("spent", {})
    assert await status(subgraph, guest, owned) == "USED"


async def test_no_new_event_may_use_it(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph)
    await ask(subgraph, DELETE_COUPON, id=str(coupon))
    assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).codes == ["NOT_FOUND"]
    assert (await ask(subgraph, "{ couponEvents { totalCount } }")).data == {"couponEvents": {"totalCount": 0}}


async def test_a_running_event_goes_on_giving_it_out(subgraph: SubgraphUnderTest) -> None:
    guest, event = uuid7(), await create_event(subgraph)
    coupon = (await ask(subgraph, COUPON_OF, id=str(event))).data["couponEvent"]["coupon"]["id"]
    await ask(subgraph, DELETE_COUPON, id=coupon)
    assert (await issue(subgraph, event, guest))["status"] == "PENDING"
    await record_all(subgraph)
    won = (await subgraph.graphql(WON, {"id": str(event)}, user=guest)).data["couponEvent"]["viewerIssuance"]
    assert (won["status"], won["userCoupon"]["status"]) == ("ISSUED", "AVAILABLE")
    shown = (await ask(subgraph, COUPON_OF, id=str(event))).data["couponEvent"]
    assert (shown["status"], shown["coupon"]["issued"], shown["coupon"]["deletedAt"] is None) == ("OPEN", 1, False)
    assert (await Booking(subgraph, guest).hold(UUID(won["userCoupon"]["id"])))[0] == "held"


async def test_deleting_it_again_finds_nothing_and_changes_nothing(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph)
    of = [{"__typename": "Coupon", "id": str(coupon)}]
    assert (await ask(subgraph, DELETE_COUPON, id=str(coupon))).errors == []
    before = (await ask(subgraph, SEEN, of=of)).data["_entities"][0]
    assert (await ask(subgraph, DELETE_COUPON, id=str(coupon))).codes == ["NOT_FOUND"]
    assert (await ask(subgraph, SEEN, of=of)).data["_entities"][0] == before
    assert (before["deletedBy"], before["updatedBy"]) == ({"id": str(ADMIN)}, {"id": str(ADMIN)})


async def test_of_an_event_and_a_deletion_at_once_the_event_comes_first_or_not_at_all(
    subgraph: SubgraphUnderTest,
) -> None:
    for _ in range(5):
        coupon = await create_coupon(subgraph)
        created, deleted = await asyncio.gather(
            ask(subgraph, CREATE_EVENT, input=an_event(coupon)), ask(subgraph, DELETE_COUPON, id=str(coupon))
        )
        assert deleted.errors == []
        assert created.codes in ([], ["NOT_FOUND"])
        events = (await ask(subgraph, "{ couponEvents(first: 100) { nodes { coupon { id } } } }")).data["couponEvents"]
        with_it = [each for each in events["nodes"] if each["coupon"]["id"] == str(coupon)]
        assert len(with_it) == (0 if created.codes else 1)
