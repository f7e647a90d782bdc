"""The gates of coupon events in Redis: who gets a coupon is decided there, in one step, however many ask at once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.cache import Cache
from chassis.errors import Unavailable

from .rules import Acceptance, CouponRejection, GateView, Rejection
from .tables import CouponEvent

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class GateLost(Unavailable):
    """There is no gate to believe: it was lost, is from before its server was restarted, or is not written yet."""

    def __init__(self) -> None:
        super().__init__(retry_after=1, message="This event can't be answered for right now. Please try again.")


class Keys:
    """Where the parts of one event's gate are: in a cluster on one node, because of the braces."""

    def __init__(self, coupon_event_id: UUID) -> None:
        self.gate, self.accepted, self.free, self.entries = (
            f"coupon-event:{{{coupon_event_id}}}:{part}" for part in ("gate", "accepted", "free", "entries")
        )

    @property
    def all(self) -> list[str]:
        return [self.gate, self.accepted, self.free, self.entries]


class Gate:
    """What `gate.lua` does, in Python's words. Calls of one turn of the event loop are one round trip."""

    def __init__(self, cache: Cache) -> None:
        functions = cache.library(Path(__file__).with_name("gate.lua").read_text())
        self._take = functions.function("take")
        self._look = functions.function("look")
        self._write = functions.function("write")
        self._open = functions.function("open")
        self._close = functions.function("close")

    async def take(self, coupon_event_id: UUID, user_id: UUID) -> Acceptance | Rejection:
        """Decide, or answer again who was accepted before. Raise GateLost where nobody can be told anything."""
        word, *found = await self._take(Keys(coupon_event_id).all, [str(user_id)])
        if word == "UNAVAILABLE":
            raise GateLost
        if word == "ACCEPTED":
            return _acceptance(coupon_event_id, user_id, found)
        at, generation = found
        return Rejection(CouponRejection(word), instant(at), generation)

    async def look(self, coupon_event_id: UUID, user_id: UUID | None = None) -> GateView | None:
        """What the gate knows, and what of that person; None where there is none to believe."""
        keys = Keys(coupon_event_id)
        found = await self._look([keys.gate, keys.accepted], [str(user_id or "")])
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
            acceptance=_acceptance(coupon_event_id, user_id, mine) if user_id and mine else None,
        )

    async def write(self, event: CouponEvent) -> bool:
        """Write the gate of the event's generation, shut. False where one as late is there already."""
        times = [microseconds(event.opens_at), microseconds(event.closes_at)]
        return bool(await self._write(Keys(event.id).all, [event.gate_generation, *times, event.quantity or 0]))

    async def open(self, coupon_event_id: UUID, generation: int) -> bool:
        """Let people in. False where the gate of that generation is not there."""
        return bool(await self._open([Keys(coupon_event_id).gate], [generation]))

    async def close_event(self, coupon_event_id: UUID) -> datetime | None:
        """Let nobody in any more; since when. None where the event was over by itself. Raise GateLost."""
        keys = Keys(coupon_event_id)
        word, *at = await self._close([keys.gate, keys.free])
        if word == "UNAVAILABLE":
            raise GateLost
        return instant(at[0]) if word == "CLOSED" else None


def instant(since_epoch: int) -> datetime:
    return EPOCH + since_epoch * MICROSECOND


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _acceptance(coupon_event_id: UUID, user_id: UUID, found: Sequence[Any]) -> Acceptance:
    slot, rank, generation, at, *more = found
    pending, last = more[:1] != [0], more[1:] == [1]
    return Acceptance(coupon_event_id, user_id, slot, rank, generation, instant(at), is_pending=pending, is_last=last)
