"""Update an event: its texts whenever one likes, its times as long as it has not opened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..coupons.store import coupons_by_id
from .change import ask_for, lock_unchanging_event
from .rules import CouponEventStatus, EventStarted, ensure_coupon_event, ensure_texts, status_of, to_the_millisecond
from .tables import ChangeKind, CouponEvent, CouponEventChange


@dataclass(frozen=True, slots=True)
class Update:
    """What is None stays as it is."""

    name: str | None
    description: str | None
    opens_at: datetime | None
    closes_at: datetime | None


async def update_coupon_event(
    session: AsyncSession, coupon_event_id: UUID, update: Update, by: UUID
) -> CouponEventChange | None:
    """What its gate is to do; None where the gate has no say in it, and it is done.

    Raise NotFound, InvalidInput or EventStarted.
    """
    event = await lock_unchanging_event(session, coupon_event_id)
    wanted = _updated(event, update)
    if (wanted.opens_at, wanted.closes_at) != (event.opens_at, event.closes_at):
        return await _ask_for_times(session, event, wanted, by)
    ensure_texts(wanted)
    if (wanted.name, wanted.description) != (event.name, event.description):
        event.name, event.description, event.revision = wanted.name, wanted.description, event.revision + 1
    return None


async def _ask_for_times(session: AsyncSession, event: CouponEvent, wanted: CouponEvent, by: UUID) -> CouponEventChange:
    now = clock.now()
    # What has opened by the clock here is refused at once; what has not may have by the gate's, which decides.
    if status_of(event, None, now) is not CouponEventStatus.SCHEDULED:
        raise EventStarted
    coupons = await coupons_by_id(session, [event.coupon_id])
    ensure_coupon_event(wanted, coupons[event.coupon_id].usable_until, now)
    change = ask_for(session, event, ChangeKind.UPDATE, by)
    change.name, change.description = wanted.name, wanted.description
    change.opens_at, change.closes_at = wanted.opens_at, wanted.closes_at
    return change


def _updated(event: CouponEvent, update: Update) -> CouponEvent:
    """As it would be. Not a row: nothing of it is stored by itself."""
    return CouponEvent(
        coupon_id=event.coupon_id,
        name=event.name if update.name is None else update.name,
        description=event.description if update.description is None else update.description,
        opens_at=to_the_millisecond(update.opens_at) if update.opens_at else event.opens_at,
        closes_at=to_the_millisecond(update.closes_at) if update.closes_at else event.closes_at,
    )
