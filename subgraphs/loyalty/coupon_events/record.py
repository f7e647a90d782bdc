"""Record what the gate accepted: the coupon becomes the person's, once, however often it is said."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.database import after_commit
from chassis.ids import uuid7
from chassis.outbox import publish_all

from ..coupons.award import award_coupons
from ..coupons.tables import UserCoupon
from ..events import CouponIssued
from . import store
from .book import Book
from .nudge import EventNudges, nudge_watchers
from .rules import Acceptance, is_straggler
from .stream import Stream
from .tables import CouponEvent, CouponIssuance


class UnknownCouponEvent(LookupError):
    """An acceptance of an event that was never stored."""


class SlotTaken(ValueError):
    """An acceptance whose slot somebody else has: one of a gate that was lost."""


class NoSlotLeft(SlotTaken):
    """An acceptance of a gate that was lost, which came when all that was left had been given out anew."""


async def record_acceptances(
    session: AsyncSession,
    acceptances: Sequence[Acceptance],
    *,
    stream: Stream,
    cache: Cache,
    book: Book,
    nudges: EventNudges,
) -> None:
    """Whatever has become of the event since. Raise UnknownCouponEvent or SlotTaken for what can't be recorded.

    Raise GateAway while it takes a gate to say which slot somebody has.
    """
    now = clock.now()
    events = await _events(session, acceptances)
    # A batch may say the same thing twice: the relay sends again whatever it is not sure of.
    once = {each.issuance_id: each for each in await _as_the_gates_know_them(book, events, acceptances)}
    issuances = [_issuance(each, events[each.coupon_event_id], now) for each in once.values()]
    new = await store.insert_issuances(session, issuances)
    await _ensure_recorded(session, {each.id for each in issuances} - new)
    await _award(session, [each for each in issuances if each.id in new], events)
    await _note_sold_out(session, issuances, events, now)
    after_commit(session, partial(stream.forget, acceptances))
    after_commit(session, partial(nudge_watchers, cache, [each.id for each in issuances]))
    after_commit(session, partial(nudges.all_moved, events))


async def _events(session: AsyncSession, acceptances: Sequence[Acceptance]) -> Mapping[UUID, CouponEvent]:
    wanted = {each.coupon_event_id for each in acceptances}
    events = await store.events_to_record(session, wanted)
    if unknown := wanted - events.keys():
        raise UnknownCouponEvent(", ".join(map(str, unknown)))
    return events


async def _as_the_gates_know_them(
    book: Book, events: Mapping[UUID, CouponEvent], acceptances: Sequence[Acceptance]
) -> Sequence[Acceptance]:
    """Those that a rebuilt gate was not told of come too late for their slots: it gives them others."""

    async def known(acceptance: Acceptance) -> Acceptance:
        if not is_straggler(events[acceptance.coupon_event_id], acceptance):
            return acceptance
        adopted = await book.adopt(acceptance)
        if adopted is None:
            raise NoSlotLeft(str(acceptance.issuance_id))
        return adopted

    return await asyncio.gather(*map(known, acceptances))


def _issuance(acceptance: Acceptance, event: CouponEvent, now: datetime) -> CouponIssuance:
    return CouponIssuance(
        id=acceptance.issuance_id,
        coupon_event_id=event.id,
        slots=event.slots,
        user_id=acceptance.user_id,
        user_coupon_id=uuid7(),
        slot=acceptance.slot,
        rank=acceptance.rank,
        generation=acceptance.generation,
        requested_at=acceptance.requested_at,
        recorded_at=now,
    )


async def _ensure_recorded(session: AsyncSession, issuance_ids: set[UUID]) -> None:
    missing = issuance_ids - (await store.issuances_by_id(session, issuance_ids)).keys() if issuance_ids else set()
    if missing:
        raise SlotTaken(", ".join(map(str, missing)))


async def _award(session: AsyncSession, new: Sequence[CouponIssuance], events: Mapping[UUID, CouponEvent]) -> None:
    await award_coupons(session, [_user_coupon(each, events[each.coupon_event_id]) for each in new])
    await publish_all(session, [_issued(each, events[each.coupon_event_id]) for each in new])


def _issued(issuance: CouponIssuance, event: CouponEvent) -> CouponIssued:
    return CouponIssued(
        coupon_event_id=event.id,
        user_id=issuance.user_id,
        user_coupon_id=issuance.user_coupon_id,
        coupon_id=event.coupon_id,
    )


def _user_coupon(issuance: CouponIssuance, event: CouponEvent) -> UserCoupon:
    return UserCoupon(
        id=issuance.user_coupon_id,
        user_id=issuance.user_id,
        coupon_id=event.coupon_id,
        coupon_event_id=event.id,
        issued_at=issuance.recorded_at,
    )


async def _note_sold_out(
    session: AsyncSession, issuances: Sequence[CouponIssuance], events: Mapping[UUID, CouponEvent], now: datetime
) -> None:
    """The gate gives the last slot last: once that one is recorded, none is left. A rebuilt one may have free ones."""
    last = {each.coupon_event_id for each in issuances if each.slot == each.slots}
    sold_out = {each for each in last if events[each].gate_collected_at is None}
    if sold_out:
        await store.mark_sold_out(session, sold_out, now)
