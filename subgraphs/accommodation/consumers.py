"""Everything accommodation listens to: what bookings ask of nights, what became of them, and who has left."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.consumer import Consumer
from chassis.events import Message

from .calendar.confirm import Confirmation, confirm_holds
from .calendar.extend import Extension, extend_holds
from .calendar.hold import HoldRequest, hold_nights
from .calendar.release import Release, release_holds
from .calendar.rules import Stay
from .offers.withdraw import withdraw_places_of
from .reviews.complete import note_completed_stay
from .settings import Settings
from .wishlist.store import delete_wishes

BATCH = 500
"""Requests decided together. More of them gain little, and a batch that fails is taken apart."""

Count = Annotated[int, Field(ge=1, le=1_000_000)]

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
    due_at: AwareDatetime

    @model_validator(mode="after")
    def _there_is_a_night(self) -> Self:
        if self.check_out <= self.check_in:
            raise ValueError("a stay has one night at least")
        return self

    def read(self) -> HoldRequest:
        stay = Stay(self.check_in, self.check_out, self.guests, self.rooms)
        return HoldRequest(self.booking_id, self.guest_id, self.room_type_id, stay, self.due_at)


class ExtendHold(HoldCommand):
    due_at: AwareDatetime


class BookingCompleted(Message):
    booking_id: UUID
    guest_id: UUID
    room_type_id: UUID


class UserDeleted(Message):
    user_id: UUID


@consumer.on("accommodation.hold-nights", batch=BATCH)
async def hold_nights_for_bookings(session: AsyncSession, messages: list[HoldNights], settings: Settings) -> None:
    requests = [message.read() for message in messages]
    await hold_nights(session, requests, today=clock.today(settings.time_zone), currency=settings.currency)


@consumer.on("accommodation.extend-hold", batch=BATCH)
async def extend_holds_of_bookings(session: AsyncSession, messages: list[ExtendHold]) -> None:
    await extend_holds(session, [Extension(each.booking_id, each.room_type_id, each.due_at) for each in messages])


@consumer.on("accommodation.confirm-hold", batch=BATCH)
async def confirm_holds_of_bookings(session: AsyncSession, messages: list[HoldCommand]) -> None:
    await confirm_holds(session, [Confirmation(each.booking_id, each.room_type_id) for each in messages])


@consumer.on("accommodation.release-hold", batch=BATCH)
async def release_holds_of_bookings(session: AsyncSession, messages: list[HoldCommand]) -> None:
    await release_holds(session, [Release(each.booking_id, each.room_type_id) for each in messages])


@consumer.on("booking.booking.completed")
async def let_the_guest_review(session: AsyncSession, message: BookingCompleted) -> None:
    await note_completed_stay(session, message.booking_id, message.guest_id, message.room_type_id, message.occurred_at)


@consumer.on("account.user.deleted")
async def forget_the_person(session: AsyncSession, message: UserDeleted) -> None:
    await withdraw_places_of(session, message.user_id)
    await delete_wishes(session, message.user_id)
