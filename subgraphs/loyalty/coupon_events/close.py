"""Close an event by hand: the wish is stored, its gate shuts, and the rows say so."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .tables import ChangeKind, CouponEventChange


async def close_coupon_event(session: AsyncSession, coupon_event_id: UUID, by: UUID) -> CouponEventChange:
    """The wish, which `settle_change` then fulfils; the same one where somebody wished it already."""
    await store.lock_event(session, coupon_event_id)
    change = await store.find_open_change(session, coupon_event_id)
    if change is None:
        change = CouponEventChange(
            coupon_event_id=coupon_event_id, kind=ChangeKind.CLOSE, asked_at=clock.now(), asked_by=by
        )
        session.add(change)
    return change
