"""What loyalty opens once and shares, in its API and in its worker alike."""

from chassis.cache import Cache
from chassis.database import Database
from chassis.kafka import Producer
from chassis.resources import Resources

from .coupon_events.book import Book
from .coupon_events.follow import Follow
from .coupon_events.gate import Gate
from .coupon_events.note_sold_out import SoldOutNotes
from .coupon_events.nudge import EventNudges
from .coupon_events.stream import Stream
from .database import Outbox
from .settings import Settings


async def open_resources(settings: Settings) -> Resources:
    opened = Resources()
    opened.add(Settings, settings)
    database = opened.add(Database, Database.connect(settings, outbox=Outbox))
    cache = opened.add(Cache, Cache.connect(settings.redis_url.get_secret_value()))
    gate = opened.add(Gate, Gate(cache, settings.redis_replicas))
    opened.add(Book, Book(cache))
    opened.add(Stream, Stream(cache))
    opened.add(EventNudges, EventNudges(cache))
    opened.add(SoldOutNotes, SoldOutNotes(database))
    opened.add(Follow, Follow(cache, database, gate))
    # An administrator's wish to compare the books is fulfilled where it is asked.
    opened.add(Producer, Producer.connect(settings))
    return opened
