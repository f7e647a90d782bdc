"""What payment's processes open: the same for the API and the worker."""

from chassis.cache import Cache
from chassis.database import Database
from chassis.resources import Resources

from .database import Outbox
from .provider.portone import PortOne
from .settings import Settings


async def open_resources(settings: Settings) -> Resources:
    opened = Resources()
    opened.add(Settings, settings)
    opened.add(Database, Database.connect(settings, outbox=Outbox))
    opened.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
    opened.add(
        PortOne,
        PortOne.connect(
            settings.portone_api_url,
            settings.portone_api_secret.get_secret_value(),
            settings.portone_store_id,
            settings.portone_read_timeout_seconds,
        ),
    )
    return opened
