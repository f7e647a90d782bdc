"""Follow the bookings of a host's places, or all there are, as they come and change."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final
from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database
from chassis.watch import watch

from . import store
from .nudge import channel_of_host
from .tables import Booking

LOOKS_APART: Final = 0.25
"""Seconds between two looks of a follower, at least: what changed several times meanwhile is sent as it is then."""
AT_ONCE: Final = 200
"""Bookings read by one look at most; the others come with the next."""


async def follow_bookings(database: Database, cache: Cache, host_id: UUID | None) -> AsyncIterator[Booking]:
    """Each booking that changes from now on, as it has become; never an older version after a newer one."""
    changes = _Changes(database, host_id)
    looks = watch(cache, channel_of_host(host_id), changes.look, rest=LOOKS_APART, wake=_at_once_if_there_may_be_more)
    async for news in looks:
        for booking in news:
            yield booking


def _at_once_if_there_may_be_more(news: Sequence[Booking]) -> float | None:
    return 0.0 if len(news) == AT_ONCE else None


class _Changes:
    """What one follower has seen. Transactions commit in another order than they begin in: what one that is still
    under way may yet change is looked at again, and known by its version.
    """

    def __init__(self, database: Database, host_id: UUID | None) -> None:
        self._database, self._host_id = database, host_id
        self._since: int | None = None
        self._seen: dict[UUID, int] = {}
        self._looks = 0

    async def look(self) -> tuple[int, Sequence[Booking]]:
        async with self._database.reading() as session:
            oldest, changes = await store.changes_since(session, self._host_id, self._since)
            unseen = [each for each in changes if each.version > self._seen.get(each.booking_id, 0)]
            now, later = unseen[:AT_ONCE], unseen[AT_ONCE:]
            found = await store.bookings_by_id(session, [each.booking_id for each in now]) if now else {}
        self._since = min([oldest, *(each.changed_in for each in later)])
        self._remember(changes, found.values())
        self._looks += 1
        return self._looks, [found[each.booking_id] for each in now]

    def _remember(self, changes: Iterable[store.Change], sent: Iterable[Booking]) -> None:
        """Only as long as it may come up again."""
        seen = self._seen | {booking.id: booking.version for booking in sent}
        self._seen = {each.booking_id: seen[each.booking_id] for each in changes if each.booking_id in seen}
