"""Note that an event is sold out as soon as its gate says so: search looks at the rows, whenever they are written."""

import asyncio
from uuid import UUID

import structlog

from chassis import clock
from chassis.backoff import Backoff
from chassis.database import Database
from chassis.outages import is_outage

from . import store

logger = structlog.get_logger(__name__)


class SoldOutNotes:
    """One of each gate and process. Whoever took the last coupon does not wait for it, whether PostgreSQL is there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[tuple[UUID, int], asyncio.Task[None]] = {}

    def note(self, coupon_event_id: UUID, generation: int) -> None:
        """A gate of that generation has given the last coupon, or has none for whoever asks after it."""
        key = coupon_event_id, generation
        if key not in self._noted:
            self._noted[key] = asyncio.create_task(self._note(*key))

    async def close(self) -> None:
        for noting in self._noted.values():
            noting.cancel()
        await asyncio.gather(*self._noted.values(), return_exceptions=True)

    async def is_noted(self, coupon_event_id: UUID, generation: int) -> bool:
        """Try to; False where PostgreSQL is away, and it is to be tried again."""
        try:
            async with self._database.transaction() as session:
                await store.mark_sold_out(session, {coupon_event_id}, clock.now(), generation)
        except Exception as error:
            if not is_outage(error):
                # Recording the last coupon notes it again.
                logger.exception("sold_out_not_noted", coupon_event_id=str(coupon_event_id))
                return True
            logger.warning("sold_out_not_noted", coupon_event_id=str(coupon_event_id), error=repr(error))
            return False
        return True

    async def _note(self, coupon_event_id: UUID, generation: int) -> None:
        backoff = Backoff(first=0.1, most=2)
        while not await self.is_noted(coupon_event_id, generation):
            await backoff.wait()
