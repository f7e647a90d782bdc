"""Tell whoever watches an issuance to look at it again."""

from collections.abc import Iterable
from uuid import UUID

from chassis.cache import Cache


def channel_of(issuance_id: UUID) -> str:
    return f"coupon-issuance:{issuance_id}"


async def nudge_watchers(cache: Cache, issuance_ids: Iterable[UUID]) -> None:
    """All in one round trip: hundreds are recorded at once."""
    async with cache.redis.pipeline(transaction=False) as pipeline:
        for issuance_id in issuance_ids:
            pipeline.publish(channel_of(issuance_id), "")
        await pipeline.execute()
