"""Give points back that a booking spent: they return to the lots they came from, which live a while longer."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .open import open_account
from .record import record_entry
from .rules import GOOD_AFTER_RETURN, portions
from .spend import spend_points
from .tables import EntryKind


async def give_points_back(session: AsyncSession, user_id: UUID, booking_id: UUID, points: int) -> None:
    """At most as many as it spent, and once: the rest was the fee's, which eats what expires first."""
    await spend_points(session, user_id, booking_id)  # what the fee eats is spent, also where it was only held
    account, _ = await open_account(session, user_id)
    taken = list(reversed(await store.taken_by(session, booking_id)))
    points = min(points, sum(hold.points for hold, _ in taken))
    good_until = clock.now() + GOOD_AFTER_RETURN
    returned = []
    for (hold, lot), part in zip(taken, portions([hold.points for hold, _ in taken], points), strict=True):
        if part:
            lot.remaining, lot.expires_at = lot.remaining + part, max(lot.expires_at, good_until)
            returned.append(lot.expires_at)
        await session.delete(hold)
    if points:
        account.balance += points
        said = {"booking_id": booking_id, "expires_at": min(returned)}
        await record_entry(session, account, EntryKind.RETURN, points, "Given back by a booking", **said)
