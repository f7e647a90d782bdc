"""How often something may be done in a while: counted in Redis, for all processes together."""

import math

from chassis.cache import Cache
from chassis.errors import RateLimited

# Counted before it is done, so that many at once can't slip through. What is refused does not count: the window ends.
_TAKE = """
local taken = redis.call('INCR', KEYS[1])
if taken == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if taken <= tonumber(ARGV[1]) then return 0 end
redis.call('DECR', KEYS[1])
return math.max(redis.call('PTTL', KEYS[1]), 1)
"""
_GIVE_BACK = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end
return 0
"""


class Quota:
    def __init__(self, cache: Cache) -> None:
        self._take, self._give_back = cache.script(_TAKE), cache.script(_GIVE_BACK)

    async def take(self, key: str, at_most: int, seconds: float, message: str) -> None:
        """Count one up. Raise RateLimited where that would be more than `at_most` within `seconds` of the first."""
        wait = int(await self._take(keys=[key], args=[at_most, int(seconds * 1_000)]))
        if wait:
            raise RateLimited(math.ceil(wait / 1_000), message)

    async def give_back(self, key: str) -> None:
        await self._give_back(keys=[key])
