"""The book a gate keeps of whom it accepted: compared with the rows, completed, and begun anew when it is lost."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.cache import Cache
from chassis.scripts import Argument

from .gate import Keys, instant, library, microseconds, read_acceptance
from .rules import Acceptance

PAGE = 1_000


class GateAway(ConnectionError):
    """There is no gate to ask for somebody's slot. It is being rebuilt: who asks for it waits, as for a server."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a gate's book comes to."""

    generation: int
    accepted: int
    waiting: int
    """How many of them are in the stream: not recorded yet, or not forgotten yet."""
    rank: int
    """The last that was given."""
    is_open: bool


class Book:
    """What `gate.lua` does for those who keep the books, in Python's words."""

    def __init__(self, cache: Cache) -> None:
        functions = library(cache)
        self.cache = cache
        self._redis = cache.redis
        self._begin = functions.function("begin")
        self._adopt = functions.function("adopt")
        self._learn = functions.function("learn")
        self._distrust = functions.function("distrust")
        self._books = functions.function("books", writes=False)

    async def figures(self, coupon_event_id: UUID) -> Figures | None:
        """None where there is no gate to believe."""
        keys = Keys(coupon_event_id)
        found = await self._books([keys.gate, keys.accepted, keys.entries])
        if not found:
            return None
        generation, accepted, waiting, rank, is_open = found
        return Figures(generation, accepted, waiting, rank, bool(is_open))

    async def generation(self, coupon_event_id: UUID) -> int:
        """The highest that was ever begun, as far as Redis knows, whether or not it is to be believed."""
        return int(await self._redis.hget(Keys(coupon_event_id).gate, "generation") or 0)

    async def begin(self, coupon_event_id: UUID, generation: int) -> datetime | None:
        """Let nobody in any more, so that the gate can be rebuilt; since when it was closed before, if it was.

        Where a later generation has been begun, nothing happens, and installing this one will fail.
        """
        closed = (await self._begin([Keys(coupon_event_id).gate], [generation]))[1:]
        return instant(closed[0]) if closed and closed[0] else None

    async def adopt(self, acceptance: Acceptance) -> Acceptance | None:
        """What holds of somebody whom an earlier gate accepted; None where no coupon is left. Raise GateAway."""
        event_id, user_id = acceptance.coupon_event_id, acceptance.user_id
        said: list[Argument] = [
            str(user_id),
            acceptance.rank,
            acceptance.generation,
            microseconds(acceptance.requested_at),
        ]
        word, *found = await self._adopt(self._keys(event_id), said)
        if word == "UNAVAILABLE":
            raise GateAway(f"The gate of coupon event {event_id} is being rebuilt.")
        return read_acceptance(event_id, user_id, found) if word == "ACCEPTED" else None

    async def learn(self, acceptance: Acceptance) -> int:
        """Of somebody who is recorded: 1 where that was news, 0 where it was not, -1 where the slot is not free."""
        at = microseconds(acceptance.requested_at)
        said: list[Argument] = [str(acceptance.user_id), acceptance.slot, acceptance.rank, acceptance.generation, at]
        return int(await self._learn(self._keys(acceptance.coupon_event_id), said))

    async def distrust(self, coupon_event_id: UUID, generation: int) -> None:
        """The gate is older than it was: it counts as lost from now on."""
        await self._distrust([Keys(coupon_event_id).gate], [generation])

    async def expire(self, coupon_event_id: UUID, at: datetime) -> None:
        """Redis needs nothing of a settled event: it gives back the memory then."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for key in Keys(coupon_event_id).all:
                pipeline.expireat(key, at)
            await pipeline.execute()

    async def known(self, coupon_event_id: UUID, people: Sequence[UUID]) -> set[UUID]:
        """Who of them was accepted."""
        found: Any = await self._redis.hmget(Keys(coupon_event_id).accepted, list(map(str, people)))
        return {person for person, value in zip(people, found, strict=True) if value is not None}

    async def pages(self, coupon_event_id: UUID) -> AsyncIterator[Collection[Acceptance]]:
        """Everybody who was accepted, in no order, perhaps twice; also of a gate that is not to be believed."""
        cursor = None
        while cursor != 0:
            found: Any = await self._redis.hscan(Keys(coupon_event_id).accepted, cursor or 0, count=PAGE)
            cursor, page = found
            yield [
                read_acceptance(coupon_event_id, UUID(user_id), list(map(int, written.split(":"))))
                for user_id, written in page.items()
            ]

    def _keys(self, coupon_event_id: UUID) -> list[str]:
        keys = Keys(coupon_event_id)
        return [keys.gate, keys.accepted, keys.free]
