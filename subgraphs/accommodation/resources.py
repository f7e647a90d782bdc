"""What accommodation's processes open once and share."""

from chassis.cache import Cache
from chassis.database import Database
from chassis.resources import Resources

from .database import Outbox
from .photos.storage import Storage
from .settings import Settings


async def open_resources(settings: Settings) -> Resources:
    opened = Resources()
    opened.add(Settings, settings)
    opened.add(Database, Database.connect(settings, outbox=Outbox))
    opened.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
    opened.add(Storage, Storage(settings))
    return opened
