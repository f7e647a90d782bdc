"""What a booking goes through in tests: a guest books, the others report, and one looks what became of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from chassis import clock
from chassis.events import Record, dead
from chassis.ids import uuid7
from chassis.testing import Answer, Published, SubgraphUnderTest
from subgraphs.booking.bookings import store
from subgraphs.booking.bookings.tables import Booking, BookingStep
from subgraphs.booking.consumers import consumer

CREATE = """
mutation ($input: CreateBookingInput!) {
  createBooking(input: $input) {
    id code status checkIn checkOut guests rooms guestName guestPhone specialRequests createdAt paymentDueAt
    roomType { id } accommodation { id } userCoupon { id } place { roomTypeName } price { points: pointsUsed }
    refusal { code }
  }
}
"""


def stay_from(days_ahead: int = 30, nights: int = 2) -> tuple[date, date]:
    check_in = clock.now().date() + timedelta(days=days_ahead)
    return check_in, check_in + timedelta(days=nights)


def booking_input(**given: Any) -> dict[str, Any]:
    check_in, check_out = stay_from()
    asked = {
        "idempotencyKey": str(uuid7()),
        "roomTypeId": str(uuid7()),
        "checkIn": check_in.isoformat(),
        "checkOut": check_out.isoformat(),
        "guests": 2,
        "guestName": "Kim Minji",
        "guestPhone": "+82 10 1234 5678",
    }
    return asked | given


async def create(subgraph: SubgraphUnderTest, guest: UUID | None, **given: Any) -> Answer:
    return await subgraph.graphql(CREATE, {"input": booking_input(**given)}, user=guest)


def statements(subgraph: SubgraphUnderTest) -> list[str]:
    """What was sent since `subgraph.sql` was cleared, as INSERT INTO bookings, SELECT bookings, and so on."""
    return [_words_of(statement.strip()) for statement in subgraph.sql]


def _words_of(statement: str) -> str:
    found = re.match(r"(INSERT INTO|UPDATE)\s+(\w+)|SELECT.*?\sFROM (\w+)", statement, re.DOTALL)
    assert found, statement
    return f"{found[1]} {found[2]}" if found[1] else f"SELECT {found[3]}"


@dataclass
class Story:
    """One booking, told to the subgraph as the others would tell it."""

    subgraph: SubgraphUnderTest
    guest: UUID
    id: UUID
    room_type: UUID
    host: UUID = field(default_factory=uuid7)
    accommodation: UUID = field(default_factory=uuid7)
    payment: UUID = field(default_factory=uuid7)
    tiers: Sequence[tuple[int, int]] = ((5, 0),)
    """The place's policy: days before check-in and percent of the fee."""

    @classmethod
    async def begin(cls, subgraph: SubgraphUnderTest, guest: UUID | None = None, **given: Any) -> Self:
        guest = guest or uuid7()
        answer = await create(subgraph, guest, **given)
        assert answer.errors == []
        made = answer.data["createBooking"]
        return cls(subgraph, guest, UUID(made["id"]), UUID(made["roomType"]["id"]))

    async def tell(self, name: str, message_id: UUID | None = None, **payload: Any) -> bool:
        return await self.subgraph.handle(name, {"booking_id": str(self.id)} | payload, message_id)

    async def bury(self, name: str, by: str, message_id: UUID | None = None, **payload: Any) -> Record:
        """A message about the booking is put aside by that consumer, and its dead letter comes. The message itself."""
        record = Record.of(name, {"booking_id": str(self.id)} | payload, message_id)
        last_words = (("dead-consumer", by.encode()), ("dead-reason", b"KeyError: 'a'"))
        letter = Record(dead(record.topic), record.key, record.value, (*record.headers, *last_words))
        await consumer.handle(self.subgraph.database, self.subgraph.resources, letter)
        return record

    def held_nights(self, *prices: int, rooms: int = 1) -> dict[str, Any]:
        first, _ = stay_from()
        prices = prices or (50000, 60000)
        return {
            "room_type_id": str(self.room_type),
            "accommodation_id": str(self.accommodation),
            "host_id": str(self.host),
            "accommodation_name": "Harbour House",
            "room_type_name": "Double",
            "address_line": "Strandgata 1, Oslo",
            "check_in_time": "15:00:00",
            "check_out_time": "11:00:00",
            "nights": [
                {"date": (first + timedelta(days=at)).isoformat(), "price": str(price)}
                for at, price in enumerate(prices)
            ],
            "subtotal": str(sum(prices) * rooms),
            "currency": "KRW",
            "policy": {
                "name": "Moderate",
                "tiers": [{"days_before": days, "fee_percent": percent} for days, percent in self.tiers],
            },
        }

    async def hold_nights(self, *prices: int) -> None:
        await self.tell("accommodation.nights.held", **self.held_nights(*prices))

    async def hold_benefits(self, discount: int = 0, points: int = 0) -> None:
        await self.tell("loyalty.benefits.held", discount=str(discount), points=points)

    async def open_payment(self) -> None:
        await self.tell(
            "payment.payment.opened", payment_id=str(self.payment), amount=str((await self.booking()).total)
        )

    async def pay(self, amount: Decimal | None = None, message_id: UUID | None = None) -> None:
        amount = amount if amount is not None else (await self.booking()).total
        paid_at = clock.now().isoformat()
        await self.tell(
            "payment.payment.paid", message_id, payment_id=str(self.payment), amount=str(amount), paid_at=paid_at
        )

    async def come_to_payment(self, *, discount: int = 0, points: int = 0) -> None:
        """Everything held, and the guest can pay."""
        await self.hold_nights()
        if (await self.booking()).stage == "HOLDING_BENEFITS":
            await self.hold_benefits(discount, points)
        await self.open_payment()

    async def come_to_confirmed(self, *, discount: int = 0, points: int = 0) -> None:
        await self.come_to_payment(discount=discount, points=points)
        await self.pay()
        await self.tell("accommodation.nights.confirmed")
        if (await self.booking()).stage == "CONFIRMING":
            await self.tell("loyalty.benefits.spent")

    async def booking(self) -> Booking:
        async with self.subgraph.database.reading() as session:
            booking = await store.find_booking(session, self.id)
        assert booking is not None
        return booking

    async def steps(self) -> Sequence[BookingStep]:
        async with self.subgraph.database.reading() as session:
            return (await store.steps_by_booking(session, [self.id]))[self.id]

    async def said(self, *, after: int = 0) -> list[str]:
        """What was published about this booking, by name, without the first `after`."""
        return [message.name for message in await self.messages()][after:]

    async def messages(self) -> list[Published]:
        return [each for each in await self.subgraph.published() if each.payload["booking_id"] == str(self.id)]

    async def last(self, name: str) -> Published:
        return next(each for each in reversed(await self.messages()) if each.name == name)

    async def asked(self, name: str) -> dict[str, Any]:
        """The payload of the last such command, its amount as a number."""
        payload = (await self.last(name)).payload
        return payload | {"amount": Decimal(payload["amount"])} if "amount" in payload else payload
