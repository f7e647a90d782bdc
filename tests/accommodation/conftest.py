"""accommodation as a service, and places to stay in."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from chassis import clock
from chassis.events import Record
from chassis.ids import uuid7
from chassis.testing import Published, Servers, SubgraphUnderTest, subgraph_under_test
from subgraphs.accommodation.accommodations.tables import Accommodation, AccommodationKind, AccommodationStatus
from subgraphs.accommodation.calendar.tables import Hold, Night
from subgraphs.accommodation.room_types.tables import RoomType
from subgraphs.accommodation.words.rules import words_of
from subgraphs.accommodation.words.store import learn_words
from tests.accommodation.backoffice import Person, a_host, an_administrator


@pytest.fixture(scope="session")
async def accommodation(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SubgraphUnderTest]:
    folder = tmp_path_factory.mktemp("photos")
    async with subgraph_under_test("accommodation", servers, photo_folder=folder) as under_test:
        yield under_test


@pytest.fixture(autouse=True)
async def empty(request: pytest.FixtureRequest) -> None:
    if "accommodation" in request.fixturenames:
        await request.getfixturevalue("accommodation").clear()


@dataclass
class Places:
    """Puts places into the database as their hosts would."""

    under_test: SubgraphUnderTest

    @property
    def today(self) -> date:
        return clock.today(self.under_test.settings.time_zone)

    def day(self, ahead: int) -> date:
        return self.today + timedelta(days=ahead)

    async def add(self, name: str = "Blue House", *, deleted: bool = False, **fields: Any) -> Accommodation:
        given: dict[str, Any] = {
            "host_id": uuid7(),
            "description": "By the sea.",
            "kind": AccommodationKind.GUESTHOUSE,
            "address_line": "1 Beach Road",
            "region": "Haeundae",
            "country": "KR",
            "check_in_time": time(15),
            "check_out_time": time(11),
            "cancellation_policy": {"name": "Flexible", "tiers": [{"days_before": 1, "fee_percent": 0}]},
            "status": AccommodationStatus.PUBLISHED,
            "deleted_at": clock.now() if deleted else None,
        } | fields
        words = words_of(name, given["region"], given["address_line"])
        place = Accommodation(name=name, words=words, **given)
        async with self.under_test.database.transaction() as session:
            await learn_words(session, words)
            session.add(place)
        return place

    async def add_room_type(self, place: Accommodation, *, deleted: bool = False, **fields: Any) -> RoomType:
        given: dict[str, Any] = {
            "name": "Double",
            "description": "A bed.",
            "max_guests": 2,
            "units": 1,
            "base_price": Decimal(90_000),
            "deleted_at": clock.now() if deleted else None,
        } | fields
        room_type = RoomType(accommodation_id=place.id, **given)
        async with self.under_test.database.transaction() as session:
            session.add(room_type)
        return room_type

    async def open(self, room_type: RoomType, first: int, end: int, **fields: Any) -> None:
        """Put the nights from `first` to before `end`, in days from today, on sale."""
        given = {"price": room_type.base_price, "units": room_type.units} | fields
        async with self.under_test.database.transaction() as session:
            session.add_all(
                Night(room_type_id=room_type.id, date=self.day(ahead), **given) for ahead in range(first, end)
            )

    async def add_room(self, *, units: int = 1, days: int = 10, price: int = 90_000, **place: Any) -> RoomType:
        """A published place with one room type, on sale from today."""
        room_type = await self.add_room_type(await self.add(**place), units=units, base_price=Decimal(price))
        await self.open(room_type, 0, days)
        return room_type

    async def nights(self, room_type: RoomType) -> list[tuple[int, int]]:
        """(held, sold) of each night on sale, in order."""
        async with self.under_test.database.reading() as session:
            rows = await session.exec(select(Night).where(Night.room_type_id == room_type.id).order_by(col(Night.date)))
            return [(night.held, night.sold) for night in rows]

    async def hold_of(self, booking_id: UUID) -> Hold | None:
        async with self.under_test.database.reading() as session:
            return await session.get(Hold, booking_id)


@pytest.fixture
def places(accommodation: SubgraphUnderTest) -> Places:
    return Places(accommodation)


@dataclass
class Asking:
    """Asks what bookings ask, as their messages would, and gives the answers that were published since."""

    under_test: SubgraphUnderTest
    day: Callable[[int], date]
    due_at: datetime
    _heard: int = 0

    def hold(self, room_type_id: UUID, first: int, end: int, /, **fields: Any) -> dict[str, Any]:
        """The payload of a command that asks for the nights from `first` to before `end`, in days from today."""
        return {
            "booking_id": uuid7(),
            "guest_id": uuid7(),
            "room_type_id": room_type_id,
            "check_in": self.day(first),
            "check_out": self.day(end),
            "rooms": 1,
            "guests": 2,
            "due_at": self.due_at,
        } | fields

    async def __call__(self, verb: str, *payloads: dict[str, Any]) -> list[Published]:
        """Have the payloads decided together, and what was said to them."""
        return await self.together(*((verb, payload) for payload in payloads))

    async def together(self, *asked: tuple[str, dict[str, Any]]) -> list[Published]:
        """The same for several verbs in one batch."""
        await self.send([Record.of(f"accommodation.{verb}", payload) for verb, payload in asked])
        return await self.answers()

    async def send(self, records: Sequence[Record]) -> int:
        consumer, test = self.under_test.consumer, self.under_test
        assert consumer is not None
        handlers = [handler for each in records if (handler := consumer.handler_of(each))]
        arrived = [handler.read(each) for handler, each in zip(handlers, records, strict=True)]
        return await consumer.run(test.database, test.resources, handlers[0], arrived)

    async def answers(self) -> list[Published]:
        published = await self.under_test.published()
        new = published[self._heard :]
        self._heard = len(published)
        return new


@pytest.fixture
def ask(accommodation: SubgraphUnderTest, places: Places) -> Asking:
    return Asking(accommodation, places.day, clock.now() + timedelta(minutes=10))


@pytest.fixture
def host(accommodation: SubgraphUnderTest) -> Person:
    return a_host(accommodation)


@pytest.fixture
def administrator(accommodation: SubgraphUnderTest) -> Person:
    return an_administrator(accommodation)
