"""Events and commands: what a subgraph says, how it looks on the wire, and a listener's own view of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from chassis import clock
from chassis.ids import uuid7

_NAME = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9]+(-[a-z0-9]+)*){1,2}")
_DEAD = ".dead"
_ENVELOPE = frozenset({"id", "occurred_at"})


class UnreadableRecord(ValueError):
    """A record whose envelope or payload can't be understood: trying again won't help."""


def topic_of(name: str) -> str:
    """`loyalty.coupon.issued` is an event of loyalty, `loyalty.hold-benefits` a command to it."""
    subgraph, *rest = name.split(".")
    return f"{subgraph}.events" if len(rest) == 2 else f"{subgraph}.commands"


def dead(topic: str) -> str:
    """Where what failed in `topic` goes."""
    return f"{topic}{_DEAD}"


def is_dead(topic: str) -> bool:
    return topic.endswith(_DEAD)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic, as bytes: what is sent and what arrives; `at` is then where it was found."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    at: str = ""

    @classmethod
    def of(
        cls, name: str, payload: dict[str, Any], message_id: UUID | None = None, key: str = "", traceparent: str = ""
    ) -> Self:
        """A record as its producer would send it; `payload` may hold whatever orjson and Decimal know."""
        headers = headers_of(message_id or uuid7(), name, clock.now(), traceparent)
        return cls(topic_of(name), key.encode(), orjson.dumps(payload, default=str), headers)


class Event(BaseModel):
    """What is said: `class CouponIssued(Event, name="loyalty.coupon.issued")`, its fields, and `key()`.

    `id` and `occurred_at` are made with it and travel beside the payload. A class without a name is a shape that
    named ones share.
    """

    model_config = ConfigDict(frozen=True)

    name: ClassVar[str]

    id: UUID = Field(default_factory=uuid7)
    occurred_at: datetime = Field(default_factory=lambda: clock.now())  # noqa: PLW0108 (tests turn clock.now)

    def __init_subclass__(cls, *, name: str | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if name is None:
            return
        if not _NAME.fullmatch(name):
            raise TypeError(f"{name!r} is no name of a message: subgraph.noun.verb or subgraph.verb-noun.")
        if cls.key is Event.key:
            raise TypeError(f"{cls.__qualname__} must say its key: messages of one key keep their order.")
        cls.name = name

    @classmethod
    def __pydantic_init_subclass__(cls, *, name: str | None = None, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)

    def key(self) -> str:
        """Messages of one key arrive in the order they were said."""
        raise TypeError(f"{type(self).__qualname__} has no key.")

    def payload(self) -> dict[str, Any]:
        """The fields without the envelope, as JSON has them: amounts, ids and dates are text."""
        written = orjson.dumps(self.model_dump(exclude=set(_ENVELOPE)), default=_text, option=orjson.OPT_UTC_Z)
        payload: dict[str, Any] = orjson.loads(written)
        return payload


def _text(value: object) -> str:
    """What orjson leaves to us. PostgreSQL may give 100000 back as 1E+5, which not every listener could read."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):  # asyncpg's own class of it
        return str(value)
    raise TypeError(f"{type(value).__qualname__} is not for messages")


def encode(event: Event, traceparent: str = "") -> Record:
    """The record of an event, for whoever sends it past the outbox."""
    headers = headers_of(event.id, event.name, event.occurred_at, traceparent)
    return Record(topic_of(event.name), event.key().encode(), orjson.dumps(event.payload()), headers)


def headers_of(message_id: UUID, name: str, occurred_at: datetime, traceparent: str) -> tuple[tuple[str, bytes], ...]:
    """The envelope of a message, beside its payload so that one can route it without reading that."""
    headers = {"id": str(message_id), "name": name, "occurred-at": occurred_at.isoformat(), "traceparent": traceparent}
    return tuple((word, text.encode()) for word, text in headers.items() if text)


class Message(BaseModel):
    """A listener's own view of a message: the fields it needs, whatever else is said."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message_id: UUID
    occurred_at: datetime


class DeadMessage(Message):
    """A listener's own view of a message that was put aside: which it was, whose consumer failed with it, and why."""

    dead_name: str
    dead_consumer: str
    dead_reason: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers of a record say."""

    message_id: UUID
    name: str
    occurred_at: datetime
    traceparent: str | None


def name_of(record: Record) -> str | None:
    """The message's name, when the record says one; a record without one is for nobody."""
    name = dict(record.headers).get("name")
    return name.decode(errors="replace") if name is not None else None


def envelope_of(record: Record) -> Envelope:
    headers = dict(record.headers)
    try:
        traceparent = headers.get("traceparent")
        return Envelope(
            UUID(headers["id"].decode()),
            headers["name"].decode(),
            datetime.fromisoformat(headers["occurred-at"].decode()),
            traceparent.decode() if traceparent else None,
        )
    except (KeyError, ValueError) as error:
        raise UnreadableRecord(f"The headers of a record can't be read: {error!r}") from error


def payload_of(record: Record) -> dict[str, Any]:
    try:
        payload = orjson.loads(record.value or b"")
    except orjson.JSONDecodeError as error:
        raise UnreadableRecord(f"The value of a record is no JSON: {error}") from error
    if not isinstance(payload, dict):
        raise UnreadableRecord("The value of a record is no JSON object.")
    return payload
