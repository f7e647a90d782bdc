"""The back office follows bookings: those of one's places, each as it has become, none missed and none twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from chassis.testing_sockets import Subscription, SubscriptionFailed
from subgraphs.booking.bookings import follow, store
from subgraphs.booking.bookings.follow import follow_bookings
from subgraphs.booking.bookings.nudge import nudge_watchers
from subgraphs.booking.bookings.tables import Booking
from tests.booking.story import Story

FOLLOW = "subscription { bookings { id status stuckSince guestPhone } }"
STEPS = "subscription { bookings { id steps { name } } }"


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LOOKS_APART", 0.01)


def as_host(subgraph: SubgraphUnderTest, user: UUID) -> Subscription:
    return subgraph.subscribe(FOLLOW, user=user, role=Role.HOST, face="admin")


def as_admin(subgraph: SubgraphUnderTest, document: str = FOLLOW) -> Subscription:
    return subgraph.subscribe(document, user=uuid7(), role=Role.ADMIN, face="admin")


async def joined(subgraph: SubgraphUnderTest, looks: int = 1) -> None:
    """Those who have subscribed have looked: what changes from now on is theirs."""
    async with asyncio.timeout(30):
        while len([each for each in subgraph.sql if "pg_snapshot_xmin" in each]) < looks:
            await asyncio.sleep(0.01)


async def seen_until(payloads: Subscription, booking_id: UUID, status: str) -> list[tuple[str, str]]:
    seen = []
    while (str(booking_id), status) not in seen:
        shown = (await anext(payloads))["bookings"]
        seen.append((shown["id"], shown["status"]))
    return seen


async def test_a_host_sees_the_bookings_of_their_places_come_and_change(subgraph: SubgraphUnderTest) -> None:
    before, mine, others = [await Story.begin(subgraph) for _ in range(3)]
    before.host = mine.host
    await before.come_to_payment()
    subgraph.sql.clear()
    async with as_host(subgraph, mine.host) as payloads:
        await joined(subgraph)
        await others.come_to_confirmed()
        await mine.hold_nights()
        assert (await anext(payloads))["bookings"] == {
            "id": str(mine.id),
            "status": "PENDING",
            "stuckSince": None,
            "guestPhone": None,
        }
        await mine.open_payment()
        await mine.pay()
        await mine.tell("accommodation.nights.confirmed")
        seen = await seen_until(payloads, mine.id, "CONFIRMED")
        assert {shown for shown, _ in seen} == {str(mine.id)}


async def test_administrators_see_all_from_the_first_moment_on(subgraph: SubgraphUnderTest) -> None:
    subgraph.sql.clear()
    async with as_admin(subgraph) as payloads:
        await joined(subgraph)
        stories = [await Story.begin(subgraph) for _ in range(2)]
        for story in stories:
            assert (await seen_until(payloads, story.id, "PENDING"))[-1] == (str(story.id), "PENDING")


async def test_what_hangs_on_a_booking_is_read_anew_each_time(subgraph: SubgraphUnderTest) -> None:
    subgraph.sql.clear()
    async with as_admin(subgraph, STEPS) as payloads:
        await joined(subgraph)
        story = await Story.begin(subgraph)
        assert [step["name"] for step in (await anext(payloads))["bookings"]["steps"]] == ["booking.created"]
        await story.tell("accommodation.nights.refused", reason="SOLD_OUT", message="Sold out.", night=None)
        steps = (await anext(payloads))["bookings"]["steps"]
        assert [step["name"] for step in steps] == ["booking.created", "accommodation.nights.refused"]


@pytest.mark.parametrize(("user", "code"), [(uuid7(), "FORBIDDEN"), (None, "UNAUTHENTICATED")])
async def test_guests_and_nobody_follow_nothing(subgraph: SubgraphUnderTest, user: UUID | None, code: str) -> None:
    async with subgraph.subscribe(FOLLOW, user=user, face="admin") as payloads:
        with pytest.raises(SubscriptionFailed) as failure:
            await anext(payloads)
    assert failure.value.codes == [code]


class Following:
    """One follower, and the versions they were sent."""

    def __init__(self, subgraph: SubgraphUnderTest, bookings: AsyncIterator[Booking]) -> None:
        self.subgraph, self.bookings = subgraph, bookings
        self.sent: dict[UUID, list[int]] = {}

    async def until(self, wanted: dict[UUID, int]) -> dict[UUID, list[int]]:
        async with asyncio.timeout(30):
            while any(self.sent.get(booking_id, [0])[-1] < version for booking_id, version in wanted.items()):
                booking = await anext(self.bookings)
                self.sent.setdefault(booking.id, []).append(booking.version)
        return self.sent


@pytest.fixture
async def following(subgraph: SubgraphUnderTest) -> AsyncIterator[Following]:
    """Somebody who follows all, and has looked once."""
    bookings = follow_bookings(subgraph.database, subgraph.cache, None)
    async with aclosing(bookings):  # type: ignore[type-var]
        follower = Following(subgraph, bookings)
        subgraph.sql.clear()
        first = asyncio.ensure_future(anext(bookings))
        await joined(subgraph)
        story = await Story.begin(subgraph)
        assert (await first).id == story.id
        yield follower


async def test_what_began_earlier_and_is_committed_later_is_not_missed(
    subgraph: SubgraphUnderTest, following: Following
) -> None:
    slow, fast = await Story.begin(subgraph), await Story.begin(subgraph)
    await following.until({slow.id: 1, fast.id: 1})
    async with subgraph.database.transaction() as session:
        booking = await store.lock_booking(session, slow.id)
        booking.version += 1
        nudge_watchers(session, subgraph.cache, booking)
        await session.flush()
        for _ in range(3):
            await fast.tell("accommodation.nights.refused", reason="SOLD_OUT", message="Sold out.", night=None)
            await following.until({fast.id: 2})
    assert (await following.until({slow.id: 2}))[slow.id] == [1, 2]
    assert following.sent[fast.id] == [1, 2]


async def test_more_than_are_read_at_once_come_one_look_later(
    subgraph: SubgraphUnderTest, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "AT_ONCE", 2)
    stories = await asyncio.gather(*(Story.begin(subgraph) for _ in range(9)))
    sent = await following.until({story.id: 1 for story in stories})
    assert sent == {story.id: [1] for story in stories}


async def test_in_any_crowd_of_changes_each_booking_is_seen_in_the_end_and_never_older(
    subgraph: SubgraphUnderTest, following: Following
) -> None:
    stories = await asyncio.gather(*(Story.begin(subgraph) for _ in range(12)))
    changing = asyncio.gather(*(story.come_to_confirmed() for story in stories))
    sent = await following.until({story.id: 5 for story in stories})
    await changing
    assert {story.id: (await story.booking()).version for story in stories} == {
        key: each[-1] for key, each in sent.items()
    }
    assert all(versions == sorted(set(versions)) for versions in sent.values())


async def test_a_look_at_nothing_new_is_one_statement_and_one_at_news_two(
    subgraph: SubgraphUnderTest, following: Following
) -> None:
    changes = follow._Changes(subgraph.database, None)
    await changes.look()
    subgraph.sql.clear()
    assert (await changes.look())[1] == []
    assert len(subgraph.sql) == 1
    story = await Story.begin(subgraph)
    subgraph.sql.clear()
    assert [booking.id for booking in (await changes.look())[1]] == [story.id]
    assert len(subgraph.sql) == 2
