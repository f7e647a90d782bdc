"""Every SQL statement about gates that are rebuilt, and about books that are compared."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import and_, func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from ..coupon_events.rules import Acceptance
from ..coupon_events.store import is_dead_letter, is_of_generation, lock_event, note
from ..coupon_events.tables import CouponEvent, CouponIssuance
from ..database import DeadLetter


async def begin_rebuilding(session: AsyncSession, coupon_event_id: UUID, above: int, at: datetime) -> None:
    """Raise the generation: whatever of an earlier one is still being done will fail, or come too late."""
    begun = {
        "gate_generation": func.greatest(col(CouponEvent.gate_generation), above) + 1,
        "gate_lost_at": func.coalesce(col(CouponEvent.gate_lost_at), at),
        "gate_collected_at": None,
    }
    await note(session, col(CouponEvent.id) == coupon_event_id, **begun)


async def lock_to_collect(session: AsyncSession, event: CouponEvent, at: datetime) -> CouponEvent | None:
    """The event as it now is, noted as collected, once nobody records for it; None where it was begun again since."""
    locked = await lock_event(session, event.id)
    if locked.gate_generation != event.gate_generation:
        return None
    await note(session, is_of_generation(event), gate_collected_at=at)
    return locked


async def mark_gate_rebuilt(session: AsyncSession, event: CouponEvent, at: datetime, *, sold_out: bool) -> bool:
    """False where it was begun again since. Slots that were lost with a gate may be free again."""
    sold_out_at = func.coalesce(col(CouponEvent.sold_out_at), at) if sold_out else None
    rebuilt = {"gate_lost_at": None, "gate_opened_at": at, "sold_out_at": sold_out_at}
    return await note(session, is_of_generation(event), **rebuilt) > 0


async def mark_settled(session: AsyncSession, coupon_event_id: UUID, at: datetime) -> None:
    await note(session, col(CouponEvent.id) == coupon_event_id, settled_at=at)


async def page_of_recorded(
    session: AsyncSession, coupon_event_id: UUID, after: UUID | None, first: int
) -> Sequence[Acceptance]:
    """Who is recorded, as their gate accepted them, in the order of people."""
    row = CouponIssuance
    wanted = (col(each) for each in (row.user_id, row.slot, row.rank, row.generation, row.requested_at))
    this = col(row.coupon_event_id) == coupon_event_id
    beyond = and_(this, col(row.user_id) > after) if after else this
    found = sqlalchemy.select(*wanted).where(beyond).order_by(col(row.user_id)).limit(first)
    rows = await session.execute(found)
    return [Acceptance(coupon_event_id, user, slot, rank, of, at) for user, slot, rank, of, at in rows]


async def recorded_figures(session: AsyncSession, coupon_event_id: UUID, generation: int) -> tuple[int, int]:
    """How many are recorded, and the last rank of that generation among them, or 0."""
    of_it = col(CouponIssuance.generation) == generation
    figures = select(func.count(), func.coalesce(func.max(CouponIssuance.rank).filter(of_it), 0))
    found = await session.exec(figures.where(CouponIssuance.coupon_event_id == coupon_event_id))
    count, rank = found.one()
    return count, rank


async def dead_acceptances(session: AsyncSession, coupon_event_id: UUID) -> Sequence[dict[str, Any]]:
    """What the open dead letters of an event say, as far as it can be read."""
    of_it = col(DeadLetter.key).startswith(f"{coupon_event_id}:")
    found = select(DeadLetter.payload).where(is_dead_letter(), of_it).order_by(col(DeadLetter.id))
    return [dict(payload) for payload in await session.exec(found) if payload is not None]


async def close_dead_letters(session: AsyncSession, keys: Collection[str], at: datetime) -> None:
    """Those whose acceptance was recorded after all."""
    these = and_(is_dead_letter(), col(DeadLetter.key).in_(keys))
    await session.exec(update(DeadLetter).where(these).values(replayed_at=at))
