"""Expire points by the clock: days that were missed are caught up, and what is gone does not go twice."""

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import Database

from . import store
from .record import record_entry
from .tables import EntryKind, PointAccount, PointLot

logger = structlog.get_logger(__name__)

AT_ONCE = 200


async def expire_points(database: Database) -> None:
    """In as many transactions as it takes; any number that run at once share the work."""
    found = AT_ONCE
    while found == AT_ONCE:
        async with database.transaction() as session:
            found = await _expire(session)


async def _expire(session: AsyncSession) -> int:
    now = clock.now()
    accounts = await store.lock_due_accounts(session, now, AT_ONCE)
    if not accounts:
        return 0
    by_user = {account.user_id: account for account in accounts}
    # Read once more: another may have expired them while this one was on its way to the lock.
    due = [lot for lot in await store.lots_of(session, list(by_user)) if lot.expires_at <= now]
    points = sum(lot.remaining for lot in due)
    for lot in due:
        await expire_lot(session, by_user[lot.user_id], lot)
    logger.info("points_expired", points=points, lots=len(due), accounts=len(by_user))
    return len(accounts)


async def expire_lot(session: AsyncSession, account: PointAccount, lot: PointLot) -> None:
    """What is left of it; what is held stays."""
    points, lot.remaining = lot.remaining, 0
    account.balance -= points
    await record_entry(session, account, EntryKind.EXPIRE, -points, "Expired", expires_at=lot.expires_at)
