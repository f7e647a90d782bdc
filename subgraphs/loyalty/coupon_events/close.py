"""Close an event by hand: the wish is stored, its gate shuts, and the rows say so."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .rules import is_over
from .tables import ChangeKind, CouponEventChange


async def close_coupon_event(session: AsyncSession, coupon_event_id: UUID, by: UUID) -> CouponEventChange | None:
    """The wish, which `settle_change` then fulfils; the same one where somebody wished it already.

    None where the event is over as it is. Raise NotFound.
    """
    event = await store.lock_event(session, coupon_event_id)
    if is_over(event, clock.now()):
        return None
    change = await store.find_open_change(session, coupon_event_id)
    if change is None:
        change = CouponEventChange(
            coupon_event_id=coupon_event_id, kind=ChangeKind.CLOSE, asked_at=clock.now(), asked_by=by
        )
        session.add(change)
    return change
