"""Everything accommodation listens to: what bookings ask of nights, what became of them, and who hosts or has left."""

from datetime import UTC, date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, model_validator
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.consumer import Consumer
from chassis.events import Message

from .calendar.confirm import Confirmation
from .calendar.decide import decide
from .calendar.extend import Extension
from .calendar.hold import HoldRequest
from .calendar.release import Release
from .calendar.rules import Stay
from .hosts.note import note_role
from .hosts.store import delete_host
from .offers.withdraw import withdraw_places_of
from .reviews.complete import note_completed_stay
from .settings import Settings
from .wishlist.store import delete_wishes

BATCH = 500
"""Requests decided together. More of them gain little, and a batch that fails is taken apart."""

Count = Annotated[int, Field(ge=1, le=1_000_000)]


def _in_utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("an instant lies in the years 1 to 9999") from error


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]

consumer = Consumer("accommodation")


class HoldCommand(Message):
    booking_id: UUID
    room_type_id: UUID


class HoldNights(HoldCommand):
    guest_id: UUID
    check_in: date
    check_out: date
    guests: Count
    rooms: Count
    due_at: Instant

    @model_validator(mode="after")
    def _there_is_a_night(self) -> Self:
        if self.check_out <= self.check_in:
            raise ValueError("a stay has one night at least")
        return self

    def read(self) -> HoldRequest:
        stay = Stay(self.check_in, self.check_out, self.guests, self.rooms)
        return HoldRequest(self.booking_id, self.guest_id, self.room_type_id, stay, self.due_at)


class ExtendHold(HoldCommand):
    due_at: Instant

    def read(self) -> Extension:
        return Extension(self.booking_id, self.room_type_id, self.due_at)


class ConfirmHold(HoldCommand):
    def read(self) -> Confirmation:
        return Confirmation(self.booking_id, self.room_type_id)


class ReleaseHold(HoldCommand):
    def read(self) -> Release:
        return Release(self.booking_id, self.room_type_id)


class BookingCompleted(Message):
    booking_id: UUID
    guest_id: UUID
    room_type_id: UUID


class UserBecame(Message):
    user_id: UUID
    role: str


class UserDeleted(Message):
    user_id: UUID


@consumer.on("accommodation.hold-nights", HoldNights, batch=BATCH)
@consumer.on("accommodation.extend-hold", ExtendHold, batch=BATCH)
@consumer.on("accommodation.confirm-hold", ConfirmHold, batch=BATCH)
@consumer.on("accommodation.release-hold", ReleaseHold, batch=BATCH)
async def decide_about_nights(
    session: AsyncSession, messages: list[HoldNights | ExtendHold | ConfirmHold | ReleaseHold], settings: Settings
) -> None:
    requests = [message.read() for message in messages]
    await decide(session, requests, today=settings.today(), currency=settings.currency)


@consumer.on("booking.booking.completed")
async def let_the_guest_review(session: AsyncSession, message: BookingCompleted) -> None:
    await note_completed_stay(session, message.booking_id, message.guest_id, message.room_type_id, message.occurred_at)


@consumer.on("account.user.registered")
@consumer.on("account.user.changed")
async def note_who_hosts(session: AsyncSession, message: UserBecame) -> None:
    await note_role(session, message.user_id, message.role, message.occurred_at)


@consumer.on("account.user.deleted")
async def forget_the_person(session: AsyncSession, message: UserDeleted) -> None:
    await delete_host(session, message.user_id, message.occurred_at)
    await withdraw_places_of(session, message.user_id)
    await delete_wishes(session, message.user_id)
