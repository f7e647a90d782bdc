"""The back office: hosts see the bookings of their own places, administrators all, guests none."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.booking.bookings.get_stuck import get_stuck
from subgraphs.booking.bookings.tables import Ask, BookingStatus
from tests.booking.story import Story, statements, stay_from

SHOWN = "id code status guest { id } guestName guestPhone roomType { id } cancellation { by refund { amount } }"
BOOKING = f"query ($id: ID!) {{ booking(id: $id) {{ {SHOWN} }} }}"
ENTITY = f"query ($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on Booking {{ {SHOWN} }} }} }}"
BOOKINGS = """
query ($filter: BookingFilter! = {}, $order: BookingOrder! = CREATED_AT_DESC, $first: Int! = 20, $after: String) {
  bookings(filter: $filter, orderBy: $order, first: $first, after: $after) {
    nodes { id } pageInfo { hasNextPage endCursor } totalCount
  }
}
"""
STEPS = "query ($id: ID!) { booking(id: $id) { steps { at name detail } userCoupon { id } } }"
CANCEL = f"mutation ($input: CancelBookingInput!) {{ cancelBooking(input: $input) {{ {SHOWN} }} }}"


async def ask(
    subgraph: SubgraphUnderTest, document: str, variables: dict[str, Any], user: UUID | None, role: Role
) -> Answer:
    return await subgraph.graphql(document, variables, user=user, role=role, face="admin")


async def as_admin(subgraph: SubgraphUnderTest, document: str, **variables: Any) -> Answer:
    return await ask(subgraph, document, variables, uuid7(), Role.ADMIN)


async def listed(subgraph: SubgraphUnderTest, user: UUID | None = None, **variables: Any) -> list[UUID]:
    """The host's list, or the administrators' where no host is named."""
    role = Role.HOST if user else Role.ADMIN
    answer = await ask(subgraph, BOOKINGS, variables, user or uuid7(), role)
    assert answer.errors == []
    return [UUID(node["id"]) for node in answer.data["bookings"]["nodes"]]


async def test_hosts_see_their_own_and_administrators_all(subgraph: SubgraphUnderTest) -> None:
    mine, others = await Story.begin(subgraph), await Story.begin(subgraph)
    for story in (mine, others):
        await story.come_to_confirmed()
    pending = await Story.begin(subgraph)
    assert await listed(subgraph, mine.host) == [mine.id]
    assert await listed(subgraph) == [pending.id, others.id, mine.id]
    for story, shown in ((mine, {"id": str(mine.guest)}), (others, None), (pending, None)):
        found = (await ask(subgraph, BOOKING, {"id": str(story.id)}, mine.host, Role.HOST)).data["booking"]
        assert (found and found["guest"]) == shown
        assert (await as_admin(subgraph, BOOKING, id=str(story.id))).data["booking"]["id"] == str(story.id)


@pytest.mark.parametrize("document", [BOOKING, STEPS, BOOKINGS, CANCEL])
async def test_guests_and_nobody_are_refused(subgraph: SubgraphUnderTest, document: str) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    variables = {"id": str(story.id), "input": {"bookingId": str(story.id), "reason": "No."}}
    if document == BOOKINGS:
        variables = {}
    guest = await ask(subgraph, document, variables, story.guest, Role.GUEST)
    nobody = await ask(subgraph, document, variables, None, Role.GUEST)
    assert (guest.codes, nobody.codes) == (["FORBIDDEN"], ["UNAUTHENTICATED"])
    assert (await story.booking()).status is BookingStatus.CONFIRMED


async def test_a_reference_follows_the_rule_of_the_root_field(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    of = {"of": [{"__typename": "Booking", "id": str(story.id)}]}
    shown = [
        (await ask(subgraph, ENTITY, of, user, role)).data["_entities"][0] is not None
        for user, role in (
            (uuid7(), Role.ADMIN),
            (story.host, Role.HOST),
            (uuid7(), Role.HOST),
            (story.guest, Role.GUEST),
            (None, Role.GUEST),
        )
    ]
    assert shown == [True, True, False, False, False]


async def test_the_host_gets_the_phone_number_when_it_is_confirmed(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_payment()

    async def phone(user: UUID, role: Role) -> Any:
        return (await ask(subgraph, BOOKING, {"id": str(story.id)}, user, role)).data["booking"]["guestPhone"]

    assert await phone(story.host, Role.HOST) is None
    assert await phone(uuid7(), Role.ADMIN) == "+82 10 1234 5678"
    await story.pay()
    await story.tell("accommodation.nights.confirmed")
    assert await phone(story.host, Role.HOST) == "+82 10 1234 5678"


async def test_administrators_see_every_step_oldest_first_and_hosts_none(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    await story.hold_nights()
    answer = await as_admin(subgraph, STEPS, id=str(story.id))
    steps = answer.data["booking"]["steps"]
    assert [(step["name"], step["detail"]) for step in steps] == [
        ("booking.created", "HOLDING_NIGHTS, asking accommodation.hold-nights"),
        ("accommodation.nights.held", "OPENING_PAYMENT, asking payment.open-payment"),
        ("payment.payment.opened", "AWAITING_PAYMENT"),
        ("payment.payment.paid", "CONFIRMING, asking accommodation.confirm-hold"),
        ("accommodation.nights.confirmed", "CONFIRMED"),
        ("accommodation.nights.held", "past"),
    ]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    host = await ask(subgraph, STEPS, {"id": str(story.id)}, story.host, Role.HOST)
    assert set(host.codes) == {"FORBIDDEN"}
    assert host.data["booking"] is None


async def test_steps_of_a_page_take_one_statement(subgraph: SubgraphUnderTest) -> None:
    for _ in range(5):
        await Story.begin(subgraph)
    subgraph.sql.clear()
    answer = await as_admin(subgraph, "{ bookings { nodes { steps { name } } } }")
    assert [len(node["steps"]) for node in answer.data["bookings"]["nodes"]] == [1] * 5
    assert statements(subgraph) == ["SELECT bookings", "SELECT booking_steps"]


async def test_every_filter_finds_what_it_names(subgraph: SubgraphUnderTest) -> None:
    near, far = stay_from(10), stay_from(50)
    one = await Story.begin(
        subgraph,
        guestName="Ola_Nordmann",
        guestPhone="+47 55512345",
        checkIn=near[0].isoformat(),
        checkOut=near[1].isoformat(),
    )
    two = await Story.begin(
        subgraph,
        guestName="Kari Moen",
        guestPhone="010-777-1234",
        checkIn=far[0].isoformat(),
        checkOut=far[1].isoformat(),
    )
    await one.come_to_payment()
    booking = await one.booking()
    for wanted in (
        {"text": booking.code.lower()},
        {"text": "nordMANN"},
        {"text": "a_n"},
        {"text": "47 55"},
        {"statuses": ["AWAITING_PAYMENT", "CONFIRMED"]},
        {"guestId": str(one.guest)},
        {"accommodationId": str(one.accommodation)},
        {"roomTypeId": str(one.room_type)},
        {"checkInTo": near[0].isoformat()},
        {"checkOutTo": near[1].isoformat()},
        {"createdTo": booking.created_at.isoformat()},
    ):
        assert await listed(subgraph, filter=wanted) == [one.id], wanted
    for wanted in (
        {"text": "%"},
        {"text": "___"},
        {"text": "\\"},
        {"text": "Kari nordmann"},
        {"text": "Kari +47"},
        {"statuses": []},
        {"guestId": str(uuid7())},
        {"text": "47 55", "guestId": str(two.guest)},
    ):
        assert await listed(subgraph, filter=wanted) == [], wanted
    for wanted in (
        {"checkInFrom": far[0].isoformat()},
        {"checkOutFrom": far[1].isoformat()},
        {"createdFrom": (await two.booking()).created_at.isoformat()},
    ):
        assert await listed(subgraph, filter=wanted) == [two.id], wanted


async def test_a_hosts_filter_finds_nothing_of_others(subgraph: SubgraphUnderTest) -> None:
    mine, others = await Story.begin(subgraph), await Story.begin(subgraph)
    for story in (mine, others):
        await story.come_to_payment()
    assert await listed(subgraph, mine.host, filter={"guestId": str(others.guest)}) == []
    assert await listed(subgraph, mine.host, filter={"text": ""}) == [mine.id]


async def test_a_host_finds_a_phone_number_only_once_it_is_shown(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph, guestPhone="010-5551-2345")
    await story.come_to_payment()
    typed = ("5551", "+82 10", "01055512345", "Kim 010-5551")
    for each in typed:
        assert await listed(subgraph, story.host, filter={"text": each}) == [], each
        assert await listed(subgraph, filter={"text": each}) == [story.id], each
    await story.pay()
    await story.tell("accommodation.nights.confirmed")
    for each in typed:
        assert await listed(subgraph, story.host, filter={"text": each}) == [story.id], each


@pytest.mark.parametrize(
    "text",
    [
        *(
            "01012345678",
            "010-1234",
            "+82 10",
            "+82-10-1234-5678",
            "(010) 1234 5678",
            "5678",
            "0082 10 1234",
            "1234-56",
        ),
        *("Minji Kim", "kim 010", "010 1234 5678 MINJI", "Kim +82 10 Minji", " kim  minji "),
    ],
)
async def test_words_in_any_order_and_a_number_however_typed_find_it(subgraph: SubgraphUnderTest, text: str) -> None:
    story = await Story.begin(subgraph, guestName="Kim Minji", guestPhone="010-1234-5678")
    abroad = await Story.begin(subgraph, guestName="Minji Kim", guestPhone="+82 10 1234 5678")
    await Story.begin(subgraph, guestName="Kim Minsu", guestPhone="+47 22 98 76 54")
    assert await listed(subgraph, filter={"text": text}) == [abroad.id, story.id]


async def test_the_code_finds_it_with_the_other_words(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    code = (await story.booking()).code
    for text in (f"Minji {code}", f"{code.lower()} 010-1234", f"010 {code[2:]} kim"):
        assert await listed(subgraph, filter={"text": text}) == [story.id], text
    assert await listed(subgraph, filter={"text": f"{code} Ola"}) == []


async def test_a_number_is_found_by_the_index(subgraph: SubgraphUnderTest) -> None:
    sent: list[tuple[str, Any]] = []
    engine = subgraph.database.engine
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2:4]))
    assert await listed(subgraph, filter={"text": "010-1234"}) == []
    async with engine.connect() as connection:
        # Of the few rows there are it would rather read all.
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        await connection.exec_driver_sql("SET LOCAL enable_indexscan = off")
        plan = await connection.exec_driver_sql(f"EXPLAIN {sent[0][0]}", sent[0][1])
        # The number as it was typed, its digits, and all from the country code on.
        assert "\n".join(plan.scalars()).count("Bitmap Index Scan on ix_bookings_searched") == 3


async def test_what_is_stuck_is_found_and_shown_with_its_time(subgraph: SubgraphUnderTest) -> None:
    stuck, fine = await Story.begin(subgraph), await Story.begin(subgraph)
    async with subgraph.database.transaction() as session:
        await get_stuck(session, subgraph.cache, stuck.id, [Ask.HOLD_NIGHTS], "for the test")
    assert await listed(subgraph, filter={"stuck": True}) == [stuck.id]
    assert await listed(subgraph, filter={"stuck": False}) == [fine.id]
    assert await listed(subgraph, filter={"stuck": None}) == [fine.id, stuck.id]
    shown = (await as_admin(subgraph, "query ($id: ID!) { booking(id: $id) { stuckSince } }", id=str(stuck.id))).data
    since = (await stuck.booking()).stuck_since
    assert since is not None
    assert since - datetime.fromisoformat(shown["booking"]["stuckSince"]) < timedelta(milliseconds=1)


async def test_the_dearest_come_first_and_what_has_no_price_last(subgraph: SubgraphUnderTest) -> None:
    prices = {}
    for price in (300, 100, 200):
        story = await Story.begin(subgraph)
        await story.hold_nights(price)
        prices[price] = story.id
    unpriced = (await Story.begin(subgraph)).id
    assert await listed(subgraph, order="TOTAL_DESC") == [prices[300], prices[200], prices[100], unpriced]
    answer = await as_admin(subgraph, BOOKINGS, order="TOTAL_DESC", first=3)
    after = answer.data["bookings"]["pageInfo"]["endCursor"]
    assert answer.data["bookings"]["totalCount"] == 4
    assert await listed(subgraph, order="TOTAL_DESC", after=after) == [unpriced]


@pytest.mark.parametrize("text", ["\0", "t" * 201])
async def test_what_cannot_be_looked_for_is_refused(subgraph: SubgraphUnderTest, text: str) -> None:
    answer = await as_admin(subgraph, BOOKINGS, filter={"text": text})
    assert answer.codes == ["INVALID_INPUT"]


async def test_the_house_cancels_with_a_full_refund_whatever_the_policy(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    story.tiers = ()
    await story.come_to_confirmed()
    wanted = {"input": {"bookingId": str(story.id), "reason": "A burst pipe."}}
    answer = await ask(subgraph, CANCEL, wanted, story.host, Role.HOST)
    assert answer.errors == []
    assert answer.data["cancelBooking"]["cancellation"] == {"by": "HOUSE", "refund": {"amount": 110000}}
    assert (await story.asked("payment.refund-payment"))["reason"] == "A burst pipe."
    assert (await story.booking()).updated_by == story.host


async def test_the_house_may_cancel_by_the_guests_policy(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    story.tiers = ((1, 40),)
    await story.come_to_confirmed()
    answer = await as_admin(subgraph, CANCEL, input={"bookingId": str(story.id), "reason": "Unruly.", "byPolicy": True})
    assert answer.data["cancelBooking"]["cancellation"]["refund"] == {"amount": 66000}


async def test_a_host_cancels_nothing_of_another(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.come_to_confirmed()
    wanted = {"input": {"bookingId": str(story.id), "reason": "Mine now."}}
    answer = await ask(subgraph, CANCEL, wanted, uuid7(), Role.HOST)
    assert answer.codes == ["NOT_FOUND"]
    assert (await story.booking()).status is BookingStatus.CONFIRMED
