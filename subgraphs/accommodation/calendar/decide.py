"""Decide what bookings ask about nights: many requests together, each by what those before it have left."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish_all

from ..events import HoldAnswer, NightsHeld
from . import store
from .books import Books, Request
from .tables import HoldStatus


async def decide(session: AsyncSession, requests: Sequence[Request], *, today: date, currency: str) -> None:
    """In the order they came, in a few statements however many they are. All are answered."""
    books = await _open(session, requests, today, currency)
    answers = [request.decide(books) for request in requests]
    await store.write_claims(session, books.claims.values())
    await store.write_nights(session, books.nights)
    await publish_all(session, answers, _written(books, answers))


def _written(books: Books, answers: Iterable[HoldAnswer]) -> dict[UUID, dict[str, Any]]:
    """What is kept with a claim to be said again is not written anew."""
    held = (answer for answer in answers if isinstance(answer, NightsHeld))
    return {each.id: kept for each in held if (kept := books.claims[each.booking_id].answer)}


async def _open(session: AsyncSession, requests: Sequence[Request], today: date, currency: str) -> Books:
    claims = await store.lock_claims(session, {request.booking_id for request in requests})
    unheard = {request.room_type_id for request in requests if request.booking_id not in claims}
    lapsed = {claim.room_type_id for claim in claims.values() if claim.status == HoldStatus.LAPSED}
    offers = await store.offers_by_room_type(session, unheard | lapsed)
    books = Books(claims, offers, today, currency)
    books.nights = await store.lock_nights(session, (night for request in requests for night in request.wants(books)))
    return books
