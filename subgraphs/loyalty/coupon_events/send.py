"""Send what a gate accepted to the broker: the same acceptance as often as need be, for it is recorded once."""

from collections.abc import Sequence

from chassis.events import encode
from chassis.kafka import Producer

from ..events import CouponAccepted
from .rules import Acceptance
from .stream import Stream


async def send_acceptances(stream: Stream, producer: Producer, acceptances: Sequence[Acceptance]) -> None:
    if acceptances:
        await producer.send([encode(accepted(each)) for each in acceptances])
        await stream.sent(acceptances)


def accepted(acceptance: Acceptance) -> CouponAccepted:
    """The message that says it."""
    return CouponAccepted(
        coupon_event_id=acceptance.coupon_event_id,
        user_id=acceptance.user_id,
        issuance_id=acceptance.issuance_id,
        slot=acceptance.slot,
        rank=acceptance.rank,
        generation=acceptance.generation,
        requested_at=acceptance.requested_at,
    )
