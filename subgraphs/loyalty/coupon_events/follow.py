"""Follow an event: as it is, then as coupons go and its status changes, at most a few times a second."""

from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID

from chassis.cache import Cache
from chassis.crowds import Crowds
from chassis.database import Database

from .gate import Gate
from .look import look_at_board, look_at_event
from .nudge import channel_of_event
from .rules import Seen, seconds_to_next

# Four times a second is as often as a person sees a number move.
REST = 0.25


class Follow:
    """However many follow an event in this process, each of its books is read once for all of them."""

    def __init__(self, cache: Cache, database: Database, gate: Gate) -> None:
        self._event = Crowds[Seen](cache, rest=REST, wake=seconds_to_next)
        self._board = Crowds[Seen](cache, rest=REST, wake=seconds_to_next)
        self._look_at_event = partial(look_at_event, database, gate)
        self._look_at_board = partial(look_at_board, database, gate)

    def event(self, coupon_event_id: UUID) -> AsyncIterator[Seen]:
        """As people see it. Raise NotFound."""
        return self._event.watch(channel_of_event(coupon_event_id), partial(self._look_at_event, coupon_event_id))

    def board(self, coupon_event_id: UUID) -> AsyncIterator[Seen]:
        """With both its books. Raise NotFound."""
        return self._board.watch(channel_of_event(coupon_event_id), partial(self._look_at_board, coupon_event_id))

    async def close(self) -> None:
        await self._event.close()
        await self._board.close()
