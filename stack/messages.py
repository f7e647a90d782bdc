"""docs/events.md: everything that is said, by whom, to whom and with what, as the code declares it."""

import importlib
import importlib.util
import types
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from inspect import cleandoc
from itertools import groupby
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from chassis.consumer import Consumer
from chassis.events import Event, Record, topic_of
from stack.layout import SUBGRAPHS

_ENVELOPE = {"id", "occurred_at", "message_id"}
_WORDS = {
    UUID: "id",
    str: "text",
    bool: "boolean",
    int: "integer",
    Decimal: "decimal",
    date: "date",
    datetime: "instant",
    time: "time",
}
_HEAD = """# Messages

What the subgraphs say to each other over Kafka, as `events.py` and `consumers.py` of each declare it. Written by
`make schema`, held against the code by `make check`. How they follow each other is in [flows.md](flows.md).

Every message has an id, a name and the time it was said in its headers, and JSON as its value: ids, decimals, dates and
instants are text there, and `?` is what may be null. Messages of one key arrive in the order they were said. What fails
by itself goes to the topic's `.dead`, with `dead-consumer` and `dead-reason` in its headers; booking listens to those
of its flow. Behind each listener stands what it reads; the rest it leaves alone.
"""


def page() -> str:
    """All topics in the order of their names, each with its messages in the order they are declared."""
    said = sorted(_said(), key=lambda each: topic_of(each[1].name))
    topics = [
        _topic(topic, list(messages)) for topic, messages in groupby(said, key=lambda each: topic_of(each[1].name))
    ]
    return "\n".join([_HEAD, *topics])


def _said() -> Iterator[tuple[str, type[Event]]]:
    for subgraph in SUBGRAPHS:
        module = importlib.import_module(f"subgraphs.{subgraph}.events")
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Event) and "name" in vars(each):
                yield subgraph, each


def _topic(topic: str, messages: list[tuple[str, type[Event]]]) -> str:
    speakers = " and ".join(dict.fromkeys(speaker for speaker, _ in messages))
    return "\n".join([f"## {topic}\n", f"Said by {speakers}.\n", *(_message(event) for _, event in messages)])


def _message(event: type[Event]) -> str:
    fields = [
        f"`{name}` {_type(info.annotation)}" for name, info in event.model_fields.items() if name not in _ENVELOPE
    ]
    lines = [f"### {event.name}\n"]
    if event.__doc__ and event.__doc__ != event.__base__.__doc__:
        lines.append(f"{' '.join(cleandoc(event.__doc__).split())}\n")
    lines.append(f"- key: {_key(event)}")
    lines.append(f"- says: {', '.join(fields)}")
    lines += [f"- {subgraph}: {read}" for subgraph, read in _listeners(event.name)] or ["- nobody listens"]
    return "\n".join(lines) + "\n"


def _key(event: type[Event]) -> str:
    """Made of fields that stand for themselves."""
    names: dict[str, Any] = {name: f"`{name}`" for name in event.model_fields}
    return event.key(event.model_construct(**names))


def _listeners(name: str) -> Iterator[tuple[str, str]]:
    for subgraph in SUBGRAPHS:
        if importlib.util.find_spec(f"subgraphs.{subgraph}.consumers") is None:
            continue
        consumer: Consumer = importlib.import_module(f"subgraphs.{subgraph}.consumers").consumer
        handler = consumer.handler_of(Record.of(name, {}))
        if handler is not None:
            yield subgraph, ", ".join(f"`{field}`" for field in handler.message.model_fields if field not in _ENVELOPE)


def _type(kind: Any) -> str:
    if get_origin(kind) in {Union, types.UnionType}:
        [known] = [each for each in get_args(kind) if each is not type(None)]
        return f"{_type(known)}?"
    if get_origin(kind) in {list, tuple}:
        return f"[{_type(get_args(kind)[0])}]"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "text"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"{{{', '.join(f'{name} {_type(info.annotation)}' for name, info in kind.model_fields.items())}}}"
    return _WORDS[kind]
