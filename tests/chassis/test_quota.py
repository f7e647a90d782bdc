"""How often something may be done is counted for all processes together, and no more gets through."""

import asyncio

import pytest

from chassis.cache import Cache
from chassis.errors import RateLimited
from chassis.ids import uuid7
from chassis.quota import Quota


async def test_of_many_at_once_only_so_many_get_through_and_the_rest_hear_when_to_come_again(cache: Cache) -> None:
    key = f"quota:{uuid7()}"
    asked = (Quota(cache).take(key, 3, 60, "Too often.") for _ in range(10))
    refused = [each for each in await asyncio.gather(*asked, return_exceptions=True) if each is not None]
    assert len(refused) == 7
    assert all(isinstance(each, RateLimited) and str(each) == "Too often." for each in refused)
    assert all(isinstance(each, RateLimited) and 1 <= each.extensions["retryAfter"] <= 60 for each in refused)


async def test_what_is_given_back_makes_room_and_the_window_ends_by_itself(cache: Cache) -> None:
    key, quota = f"quota:{uuid7()}", Quota(cache)
    await quota.take(key, 1, 60, "")
    await quota.give_back(key)
    await quota.take(key, 1, 60, "")
    with pytest.raises(RateLimited):
        await quota.take(key, 1, 60, "")
    assert 0 < await cache.redis.pttl(key) <= 60_000
    await quota.give_back(f"quota:{uuid7()}")  # nothing was taken: nothing to give back
