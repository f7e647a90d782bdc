"""Something of everything in each subgraph, so that what is asked by its id is there, and somebody's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import uuid7
from chassis.kafka import Topics
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from tests.accommodation.backoffice import PUBLISH, Person
from tests.account.world import World
from tests.booking.story import Story
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import create_event
from tests.loyalty.bookings import Booking, own_coupon
from tests.loyalty.ledger import grant
from tests.loyalty.pipeline import record_all

from .serving import Served

People = dict[Role, UUID]


def seed(served: Served) -> People:
    """Who asks here, by role."""
    people: People = served.do(_SEEDS[served.name](served.subgraph))
    return people


def _people() -> People:
    return {role: uuid7() for role in Role}


async def _account(subgraph: SubgraphUnderTest) -> People:
    world = World(subgraph)
    return {role: (await world.sign_up(role.value.lower(), role.value)).id for role in Role}


async def _accommodation(subgraph: SubgraphUnderTest) -> People:
    people = _people()
    host = Person(subgraph, people[Role.HOST], Role.HOST)
    for published in (True, False):
        place = await host.create()
        await host.create_room_type(place)
        if published:
            await host.get(PUBLISH, id=place)
    return people


async def _booking(subgraph: SubgraphUnderTest) -> People:
    people = _people()
    for step in (Story.come_to_payment, Story.come_to_confirmed):
        story = await Story.begin(subgraph, people[Role.GUEST])
        story.host = people[Role.HOST]
        await step(story)
    return people


async def _payment(subgraph: SubgraphUnderTest) -> People:
    people = _people()
    asked = {
        "booking_id": str(uuid7()),
        "user_id": str(people[Role.GUEST]),
        "amount": "130000",
        "currency": "KRW",
        "order_name": "Two nights",
        "due_at": (clock.now() + timedelta(minutes=10)).isoformat(),
    }
    assert await subgraph.handle("payment.open-payment", asked)
    return people


async def _loyalty(subgraph: SubgraphUnderTest) -> People:
    people = _people()
    await Topics(subgraph.settings).declare(["loyalty.events"])
    guest = people[Role.GUEST]
    await issue(subgraph, await create_event(subgraph), guest)
    await record_all(subgraph)
    await create_event(subgraph, quantity=None)
    await grant(subgraph, guest, 500)
    await Booking(subgraph, guest).hold(await own_coupon(subgraph, guest), points=100)
    return people


_SEEDS: dict[str, Any] = {
    "account": _account,
    "accommodation": _accommodation,
    "booking": _booking,
    "payment": _payment,
    "loyalty": _loyalty,
}
