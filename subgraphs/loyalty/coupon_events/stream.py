"""The streams of coupon events in Redis: what their gates accepted and PostgreSQL does not have yet."""

import asyncio
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from redis.exceptions import ClusterCrossSlotError, ResponseError

from chassis.cache import Cache

from .gate import Keys, instant, microseconds
from .rules import Acceptance

# The group that `gate.lua` makes with a stream: relays share its entries among themselves.
READERS = "relay"
PAGE = 500


class Stream:
    """An entry is taken by one relay, is sent, and stays until it is recorded."""

    def __init__(self, cache: Cache, reader: str | None = None) -> None:
        self._redis = cache.redis
        self._reader = reader or f"{socket.gethostname()}-{os.getpid()}"

    async def take(self, coupon_event_ids: Sequence[UUID], wait: timedelta) -> list[Acceptance]:
        """What no relay has taken yet, up to a page of each event; waits that long for the first."""
        if not coupon_event_ids:
            await asyncio.sleep(wait.total_seconds())
        return await self._read(coupon_event_ids, ">", _milliseconds(wait))

    async def take_again(self, coupon_event_ids: Sequence[UUID]) -> list[Acceptance]:
        """What this relay took and failed to send."""
        return await self._read(coupon_event_ids, "0", None)

    async def take_over(self, coupon_event_ids: Sequence[UUID], after: timedelta) -> list[Acceptance]:
        """What some relay took that long ago and has not sent: it is dead, or was refused by the broker."""
        idle = _milliseconds(after)
        async with self._redis.pipeline(transaction=False) as pipeline:
            for coupon_event_id in coupon_event_ids:
                pipeline.xautoclaim(Keys(coupon_event_id).entries, READERS, self._reader, idle, count=PAGE)
            answers = await pipeline.execute(raise_on_error=False)
        # A lost stream must not keep the others from being taken over.
        pages = zip(coupon_event_ids, answers, strict=True)
        found = [(event, answer[1]) for event, answer in pages if not _is_lost(answer)]
        return [_acceptance(event, *entry) for event, entries in found for entry in entries]

    async def sent(self, acceptances: Sequence[Acceptance]) -> None:
        """The broker has them: no relay needs to take them over."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name, ids in _by_stream(acceptances):
                pipeline.xack(name, READERS, *ids)
            await pipeline.execute()

    async def forget(self, acceptances: Sequence[Acceptance]) -> None:
        """They are recorded."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name, ids in _by_stream(acceptances):
                pipeline.xdel(name, *ids)
            await pipeline.execute()

    async def page_of_waiting(self, coupon_event_id: UUID, after: Acceptance | None) -> list[Acceptance]:
        """What is not recorded, in the order of acceptance, a page at a time."""
        start = f"({_entry_id(after)}" if after else "-"
        found: Any = await self._redis.xrange(Keys(coupon_event_id).entries, min=start, count=PAGE)
        return [_acceptance(coupon_event_id, *entry) for entry in found]

    async def _read(self, coupon_event_ids: Sequence[UUID], since: str, block: int | None) -> list[Acceptance]:
        events = {Keys(each).entries: each for each in coupon_event_ids}
        if not events:
            return []
        try:
            found: Any = await self._redis.xreadgroup(
                READERS, self._reader, dict.fromkeys(events, since), count=PAGE, block=block
            )
        except ClusterCrossSlotError:
            return await self._read_apart(coupon_event_ids, since, block)
        except ResponseError as error:
            _ensure_lost(error)
            # One event's gate was lost together with its stream. It must not keep the others' from being read.
            await self._make_groups(events)
            return []
        # What was recorded in the meantime is still told by its id, but has no fields any more.
        return [_acceptance(events[name], *entry) for name, entries in found for entry in entries if entry[1]]

    async def _read_apart(self, coupon_event_ids: Sequence[UUID], since: str, block: int | None) -> list[Acceptance]:
        """In a cluster nobody can wait for several events at once."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for coupon_event_id in coupon_event_ids:
                pipeline.xreadgroup(READERS, self._reader, {Keys(coupon_event_id).entries: since}, count=PAGE)
            answers = await pipeline.execute(raise_on_error=False)
        if lost := [event for event, answer in zip(coupon_event_ids, answers, strict=True) if _is_lost(answer)]:
            await self._make_groups(Keys(each).entries for each in lost)
        found = [
            _acceptance(event, *entry)
            for event, answer in zip(coupon_event_ids, answers, strict=True)
            for _, entries in ([] if _is_lost(answer) else answer)
            for entry in entries
            if entry[1]
        ]
        if not found:
            await asyncio.sleep((block or 0) / 1000)
        return found

    async def _make_groups(self, names: Iterable[str]) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.xgroup_create(name, READERS, "0", mkstream=True)
            answers = await pipeline.execute(raise_on_error=False)
        for answer in answers:
            if isinstance(answer, Exception) and "BUSYGROUP" not in str(answer):
                raise answer


def _ensure_lost(error: Exception) -> None:
    """Raise it, unless it says that a stream is not there, or was taken away while somebody waited for it."""
    if not str(error).startswith(("NOGROUP", "UNBLOCKED")):
        raise error


def _is_lost(answer: Any) -> bool:
    if isinstance(answer, Exception):
        _ensure_lost(answer)
        return True
    return False


def entry(acceptance: Acceptance) -> tuple[dict[Any, Any], str]:
    """What is written of it, and under which id, as `gate.lua` does it."""
    at = microseconds(acceptance.requested_at)
    return {"user": str(acceptance.user_id), "slot": acceptance.slot, "at": at}, _entry_id(acceptance)


def _entry_id(acceptance: Acceptance) -> str:
    """As `gate.lua` makes it: whoever knows the acceptance knows its entry."""
    return f"{acceptance.generation}-{acceptance.rank}"


def _acceptance(coupon_event_id: UUID, entry_id: str, fields: Mapping[str, str]) -> Acceptance:
    generation, rank = map(int, entry_id.split("-"))
    user_id, slot, at = UUID(fields["user"]), int(fields["slot"]), instant(int(fields["at"]))
    return Acceptance(coupon_event_id, user_id, slot, rank, generation, at)


def _by_stream(acceptances: Sequence[Acceptance]) -> Iterable[tuple[str, list[str]]]:
    ordered = sorted(acceptances, key=lambda each: each.coupon_event_id)
    for coupon_event_id, group in groupby(ordered, key=lambda each: each.coupon_event_id):
        yield Keys(coupon_event_id).entries, [_entry_id(each) for each in group]


def _milliseconds(period: timedelta) -> int:
    return period // timedelta(milliseconds=1)
