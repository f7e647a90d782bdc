"""What is said is understood: every example of every event, fed over the wire to everyone who listens to its name."""

from decimal import Decimal
from typing import Any

import pytest

from chassis.consumer import Handler
from chassis.events import Event, encode, topic_of
from tests.contracts.examples import ENVELOPE, examples_of, listeners, speakers

SPOKEN = {event.name: event for said in speakers().values() for event in said}
HEARD = [(subgraph, name) for subgraph, consumer in listeners().items() for name in sorted(consumer.names)]
TOPICS = {f"{subgraph}.events" for subgraph in speakers()} | {f"{subgraph}.commands" for subgraph in listeners()}


def handler(subgraph: str, name: str) -> Handler:
    return listeners()[subgraph]._handlers[name]


def needed(subgraph: str, name: str) -> dict[str, Any]:
    """The fields a listener reads."""
    fields = handler(subgraph, name).message.model_fields
    return {field: info for field, info in fields.items() if field not in {"message_id", "occurred_at"}}


def payload_fields(event: type[Event]) -> set[str]:
    return set(event.model_fields) - ENVELOPE


def test_everybody_speaks_and_most_listen() -> None:
    assert set(speakers()) == {"account", "accommodation", "booking", "loyalty", "payment"}
    assert set(listeners()) >= {"accommodation", "booking", "loyalty", "payment"}


def test_no_name_has_two_speakers() -> None:
    names = [event.name for said in speakers().values() for event in said]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("subgraph", speakers())
def test_a_subgraph_says_its_own_events_and_only_asks_others(subgraph: str) -> None:
    for event in speakers()[subgraph]:
        topic = topic_of(event.name)
        assert topic in TOPICS
        assert topic == f"{subgraph}.events" or topic.endswith(".commands")


@pytest.mark.parametrize(("subgraph", "name"), HEARD)
def test_what_is_listened_to_is_said_by_somebody(subgraph: str, name: str) -> None:
    assert name in SPOKEN


@pytest.mark.parametrize("name", [name for name in SPOKEN if topic_of(name).endswith(".commands")])
def test_what_is_asked_is_listened_to_by_whom_it_is_asked_of(name: str) -> None:
    assert name in listeners()[name.split(".", maxsplit=1)[0]].names


@pytest.mark.parametrize(("subgraph", "name"), HEARD)
def test_all_that_a_listener_reads_is_said(subgraph: str, name: str) -> None:
    assert set(needed(subgraph, name)) <= payload_fields(SPOKEN[name])


@pytest.mark.parametrize(("subgraph", "name"), HEARD)
def test_every_example_is_understood_as_it_was_meant(subgraph: str, name: str) -> None:
    for example in examples_of(SPOKEN[name]):
        message = handler(subgraph, name).read(encode(example)).message
        assert (message.message_id, message.occurred_at) == (example.id, example.occurred_at)
        for field in needed(subgraph, name):
            said, understood = getattr(example, field), getattr(message, field)
            if isinstance(said, list):
                assert [each.model_dump() for each in understood] == [each.model_dump() for each in said]
            elif hasattr(said, "model_dump"):
                assert understood.model_dump(mode="json") == said.model_dump(mode="json")
            else:
                assert understood == said
                assert isinstance(understood, Decimal) == isinstance(said, Decimal)


@pytest.mark.parametrize("name", SPOKEN)
def test_messages_of_one_key_are_about_one_thing(name: str) -> None:
    for example in examples_of(SPOKEN[name]):
        assert example.key() == example.model_copy().key()
        assert any(part in example.payload().values() for part in example.key().split(":"))
