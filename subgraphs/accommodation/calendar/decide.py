"""Decide what bookings ask about nights: many requests together, each by what those before it have left."""

from collections.abc import Sequence
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish_all

from . import store
from .books import Books, Request
from .tables import HoldStatus


async def decide(session: AsyncSession, requests: Sequence[Request], *, today: date, currency: str) -> None:
    """In the order they came, in a few statements however many they are. All are answered."""
    books = await _open(session, requests, today, currency)
    answers = [request.decide(books) for request in requests]
    await store.insert_holds(session, books.new)
    await store.write_changes(session)
    await publish_all(session, answers)


async def _open(session: AsyncSession, requests: Sequence[Request], today: date, currency: str) -> Books:
    holds = await store.lock_holds(session, {request.booking_id for request in requests})
    unheard = {request.room_type_id for request in requests if request.booking_id not in holds}
    lapsed = {hold.room_type_id for hold in holds.values() if hold.status == HoldStatus.LAPSED}
    offers = await store.offers_by_room_type(session, unheard | lapsed)
    books = Books(holds, offers, today, currency)
    books.nights = await store.lock_nights(session, (night for request in requests for night in request.wants(books)))
    return books
