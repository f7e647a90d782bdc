"""Change an event as an administrator asks: the wish is stored, its gate applies it, and the rows say so."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import Database
from chassis.errors import Conflict

from . import store
from .gate import Gate
from .nudge import EventNudges
from .rules import EventStarted
from .settle import settle_change
from .tables import ChangeKind, CouponEvent, CouponEventChange

TRIES = 5


class AskedBefore(Exception):
    """Somebody asked something of the event that is not settled yet: one change comes after the other."""

    def __init__(self, change: CouponEventChange) -> None:
        super().__init__(str(change.id))
        self.change = change


async def change_event(
    database: Database,
    gate: Gate,
    nudges: EventNudges,
    by: UUID,
    wish: Callable[[AsyncSession], Awaitable[CouponEventChange | None]],
) -> None:
    """Do what `wish` says, or have it done by the gate where it gives a change for it.

    A change that is stored and not made when this fails, because the gate can't be reached, is made as soon as it can.
    Raise EventStarted where the gate refuses it, and Conflict where others always come first.
    """
    for _ in range(TRIES):
        try:
            async with database.transaction(by=by) as session:
                change = await wish(session)
        except AskedBefore as before:
            await settle_change(database, gate, nudges, before.change)
            continue
        if change and not await settle_change(database, gate, nudges, change):
            raise EventStarted
        return
    raise Conflict("Others are changing this event. Please look at it, and try again.")


def ask_for(session: AsyncSession, event: CouponEvent, kind: ChangeKind, by: UUID) -> CouponEventChange:
    """The change of an event that nothing else is asked of."""
    change = CouponEventChange(
        coupon_event_id=event.id, kind=kind, revision=event.revision + 1, asked_at=clock.now(), asked_by=by
    )
    session.add(change)
    return change


async def lock_unchanging_event(session: AsyncSession, coupon_event_id: UUID) -> CouponEvent:
    """The event. Raise NotFound, or AskedBefore."""
    event = await store.lock_event(session, coupon_event_id)
    if open_ := await store.find_open_change(session, coupon_event_id):
        raise AskedBefore(open_)
    return event
