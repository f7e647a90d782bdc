"""What loyalty opens once and shares, in its API and in its worker alike."""

from chassis.cache import Cache
from chassis.database import Database
from chassis.resources import Resources

from .coupon_events.gate import Gate
from .coupon_events.stream import Stream
from .database import Outbox
from .settings import Settings


async def open_resources(settings: Settings) -> Resources:
    opened = Resources()
    opened.add(Settings, settings)
    opened.add(Database, Database.connect(settings, outbox=Outbox))
    cache = opened.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
    opened.add(Gate, Gate(cache))
    opened.add(Stream, Stream(cache))
    return opened
