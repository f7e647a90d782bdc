"""What guests see of their bookings, and that they see nobody else's."""

from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest
from tests.booking.story import Story, statements, stay_from

BOOKING = """
query ($id: ID!) {
  booking(id: $id) {
    id code status checkIn checkOut guests rooms
    accommodation { id } roomType { id } userCoupon { id }
    place { accommodationName roomTypeName addressLine checkInTime checkOutTime }
    price {
      nights { date price { amount currency } }
      subtotal { amount currency } couponDiscount { amount } pointsUsed total { amount }
    }
    cancellationPolicy { name tiers { daysBefore feePercent } }
    refusal { code message date }
    paymentDueAt createdAt confirmedAt cancelledAt
  }
}
"""
ENTITIES = """
query ($of: [_Any!]!) {
  _entities(representations: $of) {
    __typename
    ... on Booking { id code }
    ... on Viewer { id bookings { nodes { id } } }
  }
}
"""
VIEWER = """
query (
  $of: [_Any!]!, $first: Int! = 20, $after: String, $order: BookingOrder! = CREATED_AT_DESC,
  $statuses: [BookingStatus!], $from: Date, $to: Date, $counted: Boolean! = false
) {
  _entities(representations: $of) {
    ... on Viewer {
      bookings(
        first: $first, after: $after, orderBy: $order, statuses: $statuses, checkInFrom: $from, checkInTo: $to
      ) {
        edges { cursor } nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor }
        totalCount @include(if: $counted)
      }
    }
  }
}
"""


async def look(subgraph: SubgraphUnderTest, booking_id: UUID, user: UUID | None, role: Role = Role.GUEST) -> Any:
    answer = await subgraph.graphql(BOOKING, {"id": str(booking_id)}, user=user, role=role)
    assert answer.errors == []
    return answer.data["booking"]


async def entities(subgraph: SubgraphUnderTest, user: UUID | None, *of: dict[str, str]) -> list[Any]:
    answer = await subgraph.graphql(ENTITIES, {"of": list(of)}, user=user)
    assert answer.errors == []
    found: list[Any] = answer.data["_entities"]
    return found


async def page(subgraph: SubgraphUnderTest, guest: UUID, **given: Any) -> Answer:
    of = [{"__typename": "Viewer", "id": str(guest)}]
    return await subgraph.graphql(VIEWER, {"of": of} | given, user=guest)


async def ids(subgraph: SubgraphUnderTest, guest: UUID, **given: Any) -> list[UUID]:
    answer = await page(subgraph, guest, **given)
    assert answer.errors == []
    return [UUID(node["id"]) for node in answer.data["_entities"][0]["bookings"]["nodes"]]


async def test_a_booking_shows_what_was_agreed(subgraph: SubgraphUnderTest) -> None:
    coupon = uuid7()
    story = await Story.begin(subgraph, userCouponId=str(coupon))
    await story.come_to_confirmed(discount=10000)
    shown = await look(subgraph, story.id, story.guest)
    booking, (first, _) = await story.booking(), stay_from()
    assert (shown["id"], shown["code"], shown["status"]) == (str(story.id), booking.code, "CONFIRMED")
    assert (shown["accommodation"], shown["roomType"]) == (
        {"id": str(story.accommodation)},
        {"id": str(story.room_type)},
    )
    assert shown["userCoupon"] == {"id": str(coupon)}
    assert shown["place"] == {
        "accommodationName": "Harbour House",
        "roomTypeName": "Double",
        "addressLine": "Strandgata 1, Oslo",
        "checkInTime": "15:00:00",
        "checkOutTime": "11:00:00",
    }
    assert shown["price"]["nights"][0] == {"date": first.isoformat(), "price": {"amount": 50000, "currency": "KRW"}}
    assert {name: shown["price"][name] for name in ("subtotal", "couponDiscount", "pointsUsed", "total")} == {
        "subtotal": {"amount": 110000, "currency": "KRW"},
        "couponDiscount": {"amount": 10000},
        "pointsUsed": 0,
        "total": {"amount": 100000},
    }
    assert shown["cancellationPolicy"] == {"name": "Moderate", "tiers": [{"daysBefore": 5, "feePercent": 0}]}
    assert (shown["refusal"], shown["cancelledAt"]) == (None, None)
    assert shown["confirmedAt"] is not None


async def test_a_refusal_is_shown_with_its_night(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    night = stay_from()[0].isoformat()
    await story.tell("accommodation.nights.refused", reason="SOLD_OUT", message="Sold out.", night=night)
    shown = await look(subgraph, story.id, story.guest)
    assert shown["refusal"] == {"code": "SOLD_OUT", "message": "Sold out.", "date": night}
    assert (shown["price"], shown["place"], shown["cancellationPolicy"]) == (None, None, None)


@pytest.mark.parametrize("role", Role)
async def test_another_persons_booking_is_null_as_what_does_not_exist(subgraph: SubgraphUnderTest, role: Role) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    assert await look(subgraph, story.id, uuid7(), role) is None
    assert await look(subgraph, story.id, story.host, Role.HOST) is None
    assert await look(subgraph, story.id, None) is None
    assert await look(subgraph, uuid7(), story.guest) is None


async def test_a_reference_follows_the_rule_of_the_root_field(subgraph: SubgraphUnderTest) -> None:
    mine = await Story.begin(subgraph)
    others = await Story.begin(subgraph)
    of = [{"__typename": "Booking", "id": str(each)} for each in (others.id, mine.id, uuid7(), mine.id)]
    code = (await mine.booking()).code
    shown = {"__typename": "Booking", "id": str(mine.id), "code": code}
    assert await entities(subgraph, mine.guest, *of) == [None, shown, None, shown]
    assert await entities(subgraph, None, *of) == [None, None, None, None]


async def test_a_viewer_is_only_the_tokens_own_subject(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    of = {"__typename": "Viewer", "id": str(story.guest)}
    [viewer] = await entities(subgraph, story.guest, of)
    assert viewer["bookings"]["nodes"] == [{"id": str(story.id)}]
    assert await entities(subgraph, uuid7(), of) == [None]
    assert await entities(subgraph, None, of) == [None]


async def test_a_level_of_references_takes_one_statement(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    mine = [await Story.begin(subgraph, guest) for _ in range(5)]
    subgraph.sql.clear()
    of = [{"__typename": "Booking", "id": str(story.id)} for story in mine]
    assert len([each for each in await entities(subgraph, guest, *of) if each]) == 5
    assert statements(subgraph) == ["SELECT bookings"]


async def test_the_newest_come_first_and_pages_follow_one_another(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    made = [(await Story.begin(subgraph, guest)).id for _ in range(5)]
    await Story.begin(subgraph)
    newest_first = made[::-1]
    answer = await page(subgraph, guest, first=2, counted=True)
    shown = answer.data["_entities"][0]["bookings"]
    assert [UUID(node["id"]) for node in shown["nodes"]] == newest_first[:2]
    assert (shown["totalCount"], shown["pageInfo"]["hasNextPage"], shown["pageInfo"]["hasPreviousPage"]) == (
        5,
        True,
        False,
    )
    # A booking made meanwhile is before the first page and moves nothing.
    await Story.begin(subgraph, guest)
    assert await ids(subgraph, guest, first=2, after=shown["pageInfo"]["endCursor"]) == newest_first[2:4]


@pytest.mark.parametrize("order", ["CREATED_AT_ASC", "CREATED_AT_DESC", "CHECK_IN_ASC", "CHECK_IN_DESC"])
async def test_every_order_is_paged_through_without_gap_or_repeat(subgraph: SubgraphUnderTest, order: str) -> None:
    guest, made = uuid7(), []
    for days_ahead in (30, 10, 30, 20, 10):
        check_in, check_out = stay_from(days_ahead)
        story = await Story.begin(subgraph, guest, checkIn=check_in.isoformat(), checkOut=check_out.isoformat())
        made.append((check_in, story.id))
    expected = [story_id for _, story_id in (sorted(made) if order.startswith("CHECK_IN") else made)]
    walked: list[UUID] = []
    after = None
    while True:
        shown = (await page(subgraph, guest, first=2, after=after, order=order)).data["_entities"][0]["bookings"]
        walked += [UUID(node["id"]) for node in shown["nodes"]]
        after = shown["pageInfo"]["endCursor"]
        if not shown["pageInfo"]["hasNextPage"]:
            break
    assert walked == (expected if order.endswith("ASC") else expected[::-1])


async def test_bookings_are_filtered_by_status_and_check_in(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    dates = [stay_from(days_ahead) for days_ahead in (10, 20, 30)]
    stories = [
        await Story.begin(subgraph, guest, checkIn=first.isoformat(), checkOut=last.isoformat())
        for first, last in dates
    ]
    await stories[1].come_to_payment()
    assert await ids(subgraph, guest, statuses=["AWAITING_PAYMENT"]) == [stories[1].id]
    assert await ids(subgraph, guest, statuses=["PENDING", "CONFIRMED"]) == [stories[2].id, stories[0].id]
    assert await ids(subgraph, guest, statuses=[]) == []
    second = dates[1][0].isoformat()
    assert await ids(subgraph, guest, **{"from": second}) == [stories[2].id, stories[1].id]
    assert await ids(subgraph, guest, to=second) == [stories[1].id, stories[0].id]
    assert await ids(subgraph, guest, to=second, **{"from": second}) == [stories[1].id]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"first": 0}, "first"), ({"first": 101}, "first"), ({"after": "nonsense"}, "after")],
)
async def test_pages_nobody_can_have_are_refused(
    subgraph: SubgraphUnderTest, given: dict[str, Any], field: str
) -> None:
    answer = await page(subgraph, uuid7(), **given)
    assert answer.codes == ["INVALID_INPUT"]
    assert [each["field"] for each in answer.errors[0]["extensions"]["fields"]] == [field]


async def test_a_page_takes_one_statement_and_counting_another(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    for _ in range(3):
        await Story.begin(subgraph, guest)
    subgraph.sql.clear()
    await ids(subgraph, guest)
    assert len(statements(subgraph)) == 1
    subgraph.sql.clear()
    await ids(subgraph, guest, counted=True)
    assert len(statements(subgraph)) == 2


async def test_an_id_that_is_none_is_refused(subgraph: SubgraphUnderTest) -> None:
    answer = await subgraph.graphql(BOOKING, {"id": "7"}, user=uuid7())
    assert answer.codes == ["INVALID_INPUT"]
