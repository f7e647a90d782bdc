"""The gates of coupon events in Redis: who gets a coupon is decided there, in one step, however many ask at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from chassis.cache import Cache
from chassis.errors import Unavailable
from chassis.outages import is_outage
from chassis.scripts import Library, NotReplicated

from .rules import Acceptance, CouponRejection, GateView, Rejection
from .tables import CouponEvent, CouponEventChange

logger = structlog.get_logger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class GateLost(Unavailable):
    """There is no gate to believe: it was lost, is from before its server was restarted, or is not written yet; or its
    server is away.
    """

    def __init__(self) -> None:
        super().__init__(retry_after=1, message="This event can't be answered for right now. Please try again.")


@dataclass(frozen=True, slots=True)
class Applied:
    """A gate of that generation does as it was asked."""

    generation: int
    closed_at: datetime | None = None
    """Since when nobody is let in; None where the event was over by itself."""


class Keys:
    """Where the parts of one event's gate are: in a cluster on one node, because of the braces."""

    def __init__(self, coupon_event_id: UUID) -> None:
        self.gate, self.accepted, self.free, self.entries = (
            f"coupon-event:{{{coupon_event_id}}}:{part}" for part in ("gate", "accepted", "free", "entries")
        )

    @property
    def all(self) -> list[str]:
        return [self.gate, self.accepted, self.free, self.entries]


def library(cache: Cache, replicas: int = 0) -> Library:
    """The functions of `gate.lua`."""
    return cache.library(Path(__file__).with_name("gate.lua").read_text(), replicas)


class Gate:
    """What `gate.lua` does, in Python's words. Calls of one turn of the event loop are one round trip."""

    def __init__(self, cache: Cache, replicas: int = 0) -> None:
        """Nobody is told what that many replicas don't have."""
        self._redis = cache.redis
        functions = library(cache, replicas)
        self._take = functions.function("take")
        self._look = functions.function("look", writes=False)
        self._waiting = functions.function("waiting", writes=False)
        self._write = functions.function("write")
        self._open = functions.function("open")
        self._close = functions.function("close")
        self._change = functions.function("change")
        self._retire = functions.function("retire")

    async def take(self, coupon_event_id: UUID, user_id: UUID) -> Acceptance | Rejection:
        """Decide, or answer again who was accepted before. Raise GateLost where nobody can be told anything."""
        try:
            word, *found = await self._take(Keys(coupon_event_id).all, [str(user_id)])
        except Exception as error:
            if not _is_away(coupon_event_id, error):
                raise
            raise GateLost from error
        if word == "UNAVAILABLE":
            raise GateLost
        if word == "ACCEPTED":
            return read_acceptance(coupon_event_id, user_id, found)
        at, generation = found
        return Rejection(CouponRejection(word), instant(at), generation)

    async def look(self, coupon_event_id: UUID, user_id: UUID | None = None) -> GateView | None:
        """What the gate knows, and what of that person; None where there is none to believe."""
        keys = Keys(coupon_event_id)
        try:
            found = await self._look([keys.gate, keys.accepted], [str(user_id or "")])
        except Exception as error:
            if not _is_away(coupon_event_id, error):
                raise
            return None
        if not found:
            return None
        generation, accepted, quantity, closed, asked, at, *mine = found
        return GateView(
            generation=generation,
            accepted=accepted,
            asked=asked,
            quantity=quantity or None,
            closed_at=instant(closed) if closed else None,
            at=instant(at),
            acceptance=read_acceptance(coupon_event_id, user_id, mine) if user_id and mine else None,
        )

    async def waiting(self, coupon_event_id: UUID, after: tuple[int, int] | None, limit: int) -> list[Acceptance]:
        """What is not recorded, or was a moment ago, after that generation and rank; also where the gate is lost."""
        start = f"({after[0]}-{after[1]}" if after and min(after) >= 0 else "-"
        found = await self._waiting([Keys(coupon_event_id).entries], [start, limit])
        return [_entry(coupon_event_id, *each) for each in found]

    async def write(self, event: CouponEvent) -> bool:
        """Write the gate of the event's generation, shut. False where one as late is there already."""
        times = [microseconds(event.opens_at), microseconds(event.closes_at)]
        args = [event.gate_generation, *times, event.quantity or 0, event.revision]
        return bool(await self._write(Keys(event.id).all, args))

    async def open(self, coupon_event_id: UUID, generation: int) -> bool:
        """Let people in. False where the gate of that generation is not there."""
        return bool(await self._open([Keys(coupon_event_id).gate], [generation]))

    async def close_event(self, coupon_event_id: UUID) -> Applied:
        """Let nobody in any more. Raise GateLost."""
        keys = Keys(coupon_event_id)
        word, *found = await self._close([keys.gate, keys.free])
        if word == "UNAVAILABLE":
            raise GateLost
        at, generation = found
        return Applied(generation, instant(at) if word == "CLOSED" else None)

    async def change_times(self, change: CouponEventChange) -> Applied | None:
        """Open and close at other times; None where the event has opened, or never will. Raise GateLost."""
        if change.opens_at is None or change.closes_at is None:
            raise ValueError("A change of times without times.")
        times = [microseconds(change.opens_at), microseconds(change.closes_at)]
        return _applied(await self._change([Keys(change.coupon_event_id).gate], [change.revision, *times]))

    async def retire(self, change: CouponEventChange) -> Applied | None:
        """Never let anybody in; None where the event has opened. Raise GateLost."""
        return _applied(await self._retire([Keys(change.coupon_event_id).gate], [change.revision]))

    async def remove(self, coupon_event_id: UUID) -> None:
        """Leave nothing of the gate of an event that is deleted."""
        await self._redis.unlink(*Keys(coupon_event_id).all)


def _is_away(coupon_event_id: UUID, error: Exception) -> bool:
    """Whether the gate's server is: what the rows know is answered all the same. One that lacks replicas is there."""
    away = is_outage(error) and not isinstance(error, NotReplicated)
    if away:
        logger.warning("gate_away", coupon_event_id=str(coupon_event_id), error=repr(error))
    return away


def instant(since_epoch: int) -> datetime:
    return EPOCH + since_epoch * MICROSECOND


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _entry(coupon_event_id: UUID, entry_id: str, fields: Sequence[str]) -> Acceptance:
    generation, rank = map(int, entry_id.split("-"))
    said = dict(zip(fields[::2], fields[1::2], strict=True))
    at = instant(int(said["at"]))
    return Acceptance(coupon_event_id, UUID(said["user"]), int(said["slot"]), rank, generation, at)


def _applied(found: Sequence[Any]) -> Applied | None:
    word, *generation = found
    if word == "UNAVAILABLE":
        raise GateLost
    return Applied(*generation) if word == "APPLIED" else None


def read_acceptance(coupon_event_id: UUID, user_id: UUID, found: Sequence[Any]) -> Acceptance:
    """As the functions answer it."""
    slot, rank, generation, at, *more = found
    pending, last = more[:1] != [0], more[1:] == [1]
    return Acceptance(coupon_event_id, user_id, slot, rank, generation, instant(at), is_pending=pending, is_last=last)


def write_acceptance(acceptance: Acceptance) -> str:
    """As the gate keeps it of a person."""
    at = microseconds(acceptance.requested_at)
    return f"{acceptance.slot}:{acceptance.rank}:{acceptance.generation}:{at}"
