"""Something of everything in each subgraph, so that what is asked by its id is there, and somebody's."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from chassis.ids import uuid7
from chassis.kafka import Topics
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from stack.portone.settings import Settings as SimulatorSettings
from tests.accommodation.backoffice import PUBLISH, Person
from tests.accommodation.reviews.guests import Guest
from tests.account.world import World
from tests.booking.story import Story
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import create_event
from tests.loyalty.bookings import Booking, own_coupon
from tests.loyalty.ledger import grant
from tests.loyalty.pipeline import record_all
from tests.payment import world as payment

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
    return {role: (await world.sign_up(f"{role.value.lower()}-{uuid7()}", role.value)).id for role in Role}


async def _accommodation(subgraph: SubgraphUnderTest) -> People:
    people = _people()
    host = Person(subgraph, people[Role.HOST], Role.HOST)
    for published in (True, False):
        place = await host.create()
        room_type = await host.create_room_type(place)
        if published:
            await host.get(PUBLISH, id=place)
            await Guest(subgraph, people[Role.GUEST]).review(SimpleNamespace(id=room_type))
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
    settings: Any = subgraph.settings
    provider = SimulatorSettings(port=urlsplit(settings.portone_api_url).port)
    async with httpx.AsyncClient(base_url=provider.url, timeout=30) as http:
        world = payment.World(
            subgraph, payment.Simulator(provider, http), payment.Postbox(), http, payer_id=people[Role.GUEST]
        )
        await world.open()
        world = replace(world, booking_id=uuid7())
        await world.paid()
        await world.ask_to_refund(30_000)
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
