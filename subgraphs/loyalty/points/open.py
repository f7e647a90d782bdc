"""Open a person's account to change it: what has expired by now goes first, whether or not the clock's job came."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .expire import expire_lot
from .tables import PointAccount, PointLot


class OpenAccount(NamedTuple):
    """An account nobody else changes until the transaction ends, and its free points, first to expire first."""

    account: PointAccount
    lots: list[PointLot]


async def open_account(session: AsyncSession, user_id: UUID) -> OpenAccount:
    now = clock.now()
    account = await store.lock_account(session, user_id, now)
    lots = await store.lots_of(session, [user_id])
    for lot in lots:
        if lot.expires_at <= now:
            await expire_lot(session, account, lot)
    return OpenAccount(account, [lot for lot in lots if lot.remaining])
