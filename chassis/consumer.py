"""The consumer: which function listens to which message, and one transaction around each run of it."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from chassis import metrics
from chassis.database import Database
from chassis.events import (
    DeadMessage,
    Message,
    Record,
    UnreadableRecord,
    dead,
    envelope_of,
    is_dead,
    name_of,
    payload_of,
    topic_of,
)
from chassis.inbox import first_times
from chassis.resources import Resources, fill
from chassis.telemetry import consuming

Function = TypeVar("Function", bound=Callable[..., Awaitable[None]])


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as its listener sees it, and the record it came in."""

    record: Record
    message: Message
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Handler:
    """One function that listens: to what, how many at a time, and what it wants handed in."""

    name: str
    function: Callable[..., Awaitable[None]]
    message: type[Message]
    batch: int | None
    wanted: dict[str, type[object]]

    def read(self, record: Record) -> Arrived:
        """The record as this listener sees it, or UnreadableRecord: without the values, which may be private."""
        envelope = envelope_of(record)
        fields = payload_of(record) | {"message_id": envelope.message_id, "occurred_at": envelope.occurred_at}
        if issubclass(self.message, DeadMessage):
            fields |= _epitaph(record)
        try:
            return Arrived(record, self.message.model_validate(fields), envelope.traceparent)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise UnreadableRecord(f"{self.name} is not what {self.message.__qualname__} expects: {wrong}") from None


class Consumer:
    """A routing table, `@consumer.on("booking.booking.completed")`; its name is the group in which a service reads.

    A handler takes the session, the message (with `batch=N` a list of up to N), and whatever further parameters it
    wants from the resources, found by their types. It may listen to several names, each read as its own `message`:
    a batch then has all of them, in the order they came.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: dict[str, Handler] = {}
        self._dead_handlers: dict[str, Handler] = {}

    def on(
        self, name: str, message: type[Message] | None = None, *, batch: int | None = None
    ) -> Callable[[Function], Function]:
        def listen(function: Function) -> Function:
            if name in self._handlers:
                taken = self._handlers[name].function
                raise ValueError(f"{name} has its handler already: {taken.__module__}.{taken.__qualname__}.")
            self._handlers[name] = _handler(name, function, message, batch)
            return function

        return listen

    def on_dead(self, *names: str) -> Callable[[Function], Function]:
        """Listen to messages of these names that were put aside, by whomever: each of them a DeadMessage."""

        def listen(function: Function) -> Function:
            for name in names:
                handler = _handler(name, function, None, None)
                if not issubclass(handler.message, DeadMessage):
                    raise TypeError(
                        f"{function.__qualname__} listens to the dead: its second parameter is a DeadMessage."
                    )
                self._dead_handlers[name] = handler
            return function

        return listen

    @property
    def names(self) -> frozenset[str]:
        """All that is listened to."""
        return frozenset(self._handlers)

    @property
    def topics(self) -> frozenset[str]:
        living = {topic_of(name) for name in self._handlers}
        return frozenset(living | {dead(topic_of(name)) for name in self._dead_handlers})

    def handler_of(self, record: Record) -> Handler | None:
        """Who listens to this record; most of what a topic carries is for others."""
        name = name_of(record)
        handlers = self._dead_handlers if is_dead(record.topic) else self._handlers
        return handlers.get(name) if name is not None else None

    def check(self, resources: Resources) -> None:
        """Raise MissingResource now rather than at the first message."""
        for handler in (*self._handlers.values(), *self._dead_handlers.values()):
            fill(handler.function, resources, handler.wanted)

    async def handle(self, database: Database, resources: Resources, record: Record) -> bool:
        """Work on one record, in one transaction; False when it was seen before or nobody listens to it."""
        handler = self.handler_of(record)
        return handler is not None and await self.run(database, resources, handler, [handler.read(record)]) == 1

    async def run(self, database: Database, resources: Resources, handler: Handler, arrived: Sequence[Arrived]) -> int:
        """Work on messages for one handler in one transaction with their inbox rows; how many of them were new."""
        messages = {each.message.message_id: each.message for each in arrived}
        arguments = fill(handler.function, resources, handler.wanted)
        with consuming(handler.name, [each.traceparent for each in arrived]), _logged(handler, messages):
            async with database.transaction() as session:
                new = await first_times(session, self._inbox_of(handler), messages)
                fresh = [message for message_id, message in messages.items() if message_id in new]
                if fresh:
                    said = [fresh] if handler.batch else fresh
                    await handler.function(session, *said, **arguments)
        if len(fresh) < len(arrived):
            metrics.DUPLICATES.labels(handler.name).inc(len(arrived) - len(fresh))
        return len(fresh)

    def _inbox_of(self, handler: Handler) -> str:
        """Having heard that a message died is not having heard the message: it may be replayed."""
        return dead(self.name) if issubclass(handler.message, DeadMessage) else self.name


def _epitaph(record: Record) -> dict[str, str | None]:
    """The last words on a dead letter: one that was put aside twice has them twice."""
    said = dict(record.headers)
    consumer, reason = said.get("dead-consumer", b""), said.get("dead-reason", b"")
    return {
        "dead_name": name_of(record),
        "dead_consumer": consumer.decode(errors="replace"),
        "dead_reason": reason.decode(errors="replace"),
    }


def _logged(handler: Handler, messages: Mapping[UUID, Message]) -> AbstractContextManager[None]:
    """What every log line of the run says of the message."""
    one = next(iter(messages)) if len(messages) == 1 else None
    return bound_contextvars(message_name=handler.name, message_id=str(one) if one else None)


def _handler(
    name: str, function: Callable[..., Awaitable[None]], message: type[Message] | None, batch: int | None
) -> Handler:
    hints = get_type_hints(function)
    parameters = list(inspect.signature(function).parameters)
    if len(parameters) < 2:
        raise TypeError(f"{function.__qualname__} must take a session and a message.")
    if any(parameter not in hints for parameter in parameters):
        raise TypeError(f"{function.__qualname__} must say the types of its parameters: they are found by them.")
    message = message or _message_type(function, hints[parameters[1]], batch)
    return Handler(name, function, message, batch, {each: hints[each] for each in parameters[2:]})


def _message_type(function: Callable[..., Any], hint: Any, batch: int | None) -> type[Message]:
    if batch is not None and get_origin(hint) is not list:
        raise TypeError(f"{function.__qualname__} listens in batches: its second parameter is a list of messages.")
    message = hint if batch is None else get_args(hint)[0]
    if not (isinstance(message, type) and issubclass(message, Message)):
        raise TypeError(f"{function.__qualname__} must say which Message it listens to, not {message!r}.")
    return message
