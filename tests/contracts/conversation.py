"""What subgraphs say to each other, carried from outbox to listener without a broker, until nobody has more to say."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.room_types.tables import RoomType
from subgraphs.booking import jobs
from subgraphs.booking.settings import Settings
from tests.accommodation.conftest import Places
from tests.loyalty.backoffice import later
from tests.payment.back_office import REFUND, ask, by_hand
from tests.payment.world import World

CREATE = "mutation ($input: CreateBookingInput!) { createBooking(input: $input) { id } }"
CANCEL = "mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { status } }"
BOOKING = """
query ($id: ID!) {
  booking(id: $id) {
    status refusal { code } price { subtotal { amount } couponDiscount { amount } pointsUsed total { amount } }
    cancellationQuote { refund { amount } pointsReturned } cancellation { refund { amount } }
  }
}
"""


@dataclass
class Conversation:
    booking: SubgraphUnderTest
    accommodation: SubgraphUnderTest
    loyalty: SubgraphUnderTest
    paying: World
    places: Places
    times: int = 1
    heard: dict[str, int] = field(default_factory=dict)

    async def settle(self) -> None:
        """Carry what is said to whoever listens, and what that makes them say, until it is quiet."""
        services = (self.booking, self.accommodation, self.loyalty, self.paying.service)
        quiet = False
        while not quiet:
            quiet = True
            for speaker in services:
                said = (await speaker.published())[self.heard.get(speaker.settings.service, 0) :]
                self.heard[speaker.settings.service] = self.heard.get(speaker.settings.service, 0) + len(said)
                for each in said:
                    quiet = False
                    await self._carry(services, each.name, each.payload)

    async def book(self, guest: UUID, room: RoomType, *, ahead: int = 3, **given: Any) -> UUID:
        """One night, `ahead` days from today."""
        asked = {
            "idempotencyKey": str(uuid7()),
            "roomTypeId": str(room.id),
            "checkIn": self.places.day(ahead).isoformat(),
            "checkOut": self.places.day(ahead + 1).isoformat(),
            "guests": 2,
            "guestName": "Kim Minji",
            "guestPhone": "010-1234-5678",
        }
        answer = await self.booking.graphql(CREATE, {"input": asked | given}, user=guest)
        assert answer.errors == []
        await self.settle()
        return UUID(answer.data["createBooking"]["id"])

    async def cancel(self, guest: UUID, booking_id: UUID) -> None:
        asked = {"bookingId": str(booking_id), "reason": "Plans changed."}
        assert (await self.booking.graphql(CANCEL, {"input": asked}, user=guest)).errors == []
        await self.settle()

    async def pay(self, booking_id: UUID, amount: int) -> UUID:
        """The guest pays in the window, and payment learns of it."""
        payment_id = await self.payment_of(booking_id)
        await self.paying.simulator.click(payment_id, "pay", amount)
        await self.paying.attend(payment_id)
        await self.settle()
        return payment_id

    async def refund(self) -> None:
        """Payment's worker sends the refunds it owes."""
        await self.paying.attend_due()
        await self.settle()

    async def click(self, booking_id: UUID, outcome: str, amount: int, **given: Any) -> UUID:
        """Something else than paying happens in the window, or paying otherwise; payment learns of it."""
        payment_id = await self.payment_of(booking_id)
        await self.paying.simulator.click(payment_id, outcome, amount, **given)
        await self.paying.attend(payment_id)
        await self.settle()
        return payment_id

    async def pass_due_time(self, minutes: float = 10) -> None:
        """Booking's worker looks, so many minutes later."""
        now = clock.now
        clock.now = lambda: now() + timedelta(minutes=minutes)
        try:
            await jobs.expire_due(self.booking.database, self.booking.cache, self.booking.resources[Settings])
        finally:
            clock.now = now
        await self.settle()
        await self.paying.attend_due()
        await self.settle()

    async def complete(self, *, after: int) -> None:
        """Booking's worker looks when so many days have passed."""
        with later(days=after):
            await jobs.complete_stayed(self.booking.database, self.booking.cache, self.booking.resources[Settings])
        await self.settle()

    async def refund_by_hand(self, payment_id: UUID, amount: int) -> None:
        """An administrator gives a part of the money back."""
        await self.ask_for_refund_by_hand(payment_id, amount)
        await self.refund()

    async def ask_for_refund_by_hand(self, payment_id: UUID, amount: int) -> None:
        """It is owed from then on, and not sent yet."""
        asked = {"in": by_hand(payment_id, amount, key=str(uuid7()))}
        assert (await ask(self.paying, REFUND, **asked)).errors == []

    async def seen(self, guest: UUID, booking_id: UUID) -> dict[str, Any]:
        answer = await self.booking.graphql(BOOKING, {"id": str(booking_id)}, user=guest)
        assert answer.errors == []
        shown: dict[str, Any] = answer.data["booking"]
        return shown

    async def payment_of(self, booking_id: UUID) -> UUID:
        opened = await self.paying.service.published("payment.payment.opened")
        return next(
            UUID(each.payload["payment_id"]) for each in opened if each.payload["booking_id"] == str(booking_id)
        )

    async def _carry(self, services: tuple[SubgraphUnderTest, ...], name: str, payload: dict[str, Any]) -> None:
        for listener in services:
            if listener.consumer and name in listener.consumer.names:
                for _ in range(self.times):
                    await listener.handle(name, payload)
