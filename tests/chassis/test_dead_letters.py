"""Dead letters: kept to the byte with their reason, listed while open, worked on again from what was kept."""

from typing import Any
from uuid import uuid4

import pytest

from chassis.database import Database
from chassis.dead_letters import announce, count_open, mark_replayed, open_letters, put_aside, record_of
from chassis.events import Record
from chassis.kafka import Producer
from tests.chassis import notes
from tests.chassis.notes import listening

TAKEN = "notes.note.taken"


def taken(number: int = 1, **more: Any) -> Record:
    return Record.of(TAKEN, {"writer": "kim", "number": number, **more}, key="kim", traceparent="00-a-b-01")


async def test_what_is_put_aside_is_given_back_as_it_came(database: Database) -> None:
    record = taken(words="안녕")
    await put_aside(database, "notes", record, ValueError("no"), tries=5)
    [row] = await open_letters(database)
    assert (row.consumer, row.topic, row.name, row.key) == ("notes", "notes.events", TAKEN, "kim")
    assert (row.reason, row.tries) == ("ValueError: no", 5)
    assert row.payload == {"writer": "kim", "number": 1, "words": "안녕"}
    assert await record_of(database, row.id) == record


@pytest.mark.parametrize(
    "record",
    [
        Record("notes.events", b"\xff\x00", b"\x00\xff{", (("name", b"\xfe\x00 +:%41"), ("x", b""))),
        Record("notes.events", None, None, ()),
        Record("notes.events", b"k", b'{"words": "\\u0000"}', taken().headers),
    ],
    ids=["bytes", "nothing", "what JSONB refuses"],
)
async def test_whatever_it_holds_it_can_be_put_aside_and_given_back(database: Database, record: Record) -> None:
    await put_aside(database, "notes", record, ValueError("with a \0 in it"), tries=1)
    [row] = await open_letters(database)
    assert row.payload is None
    assert row.reason == "ValueError: with a \ufffd in it"
    kept = await record_of(database, row.id)
    assert kept is not None
    assert (kept.value, kept.headers) == (record.value, record.headers)


async def test_a_long_reason_is_cut(database: Database) -> None:
    await put_aside(database, "notes", taken(), ValueError("x" * 100_000), tries=1)
    [row] = await open_letters(database)
    assert len(row.reason) == 2_000


async def test_a_message_has_one_dead_letter_which_a_new_failure_opens_again(database: Database) -> None:
    record = taken()
    await put_aside(database, "notes", record, ValueError("first"), tries=5)
    [first] = await open_letters(database)
    await mark_replayed(database, first.id)
    assert (await open_letters(database), await count_open(database)) == ([], 0)
    await put_aside(database, "notes", record, ValueError("second"), tries=3)
    [again] = await open_letters(database)
    assert (again.id, again.reason, again.tries) == (first.id, "ValueError: second", 3)
    assert again.failed_at > first.failed_at


async def test_those_without_an_id_are_each_a_letter_of_their_own(database: Database) -> None:
    for _ in range(2):
        await put_aside(database, "notes", Record("notes.events", b"k", b"{", ()), ValueError("no"), tries=1)
    assert await count_open(database) == 2


async def test_the_oldest_are_listed_first_and_no_more_than_asked_for(database: Database) -> None:
    for number in range(5):
        await put_aside(database, "notes", taken(number), ValueError(str(number)), tries=1)
    assert [row.reason for row in await open_letters(database, limit=3)] == [
        "ValueError: 0",
        "ValueError: 1",
        "ValueError: 2",
    ]


async def test_one_that_is_not_there_is_none(database: Database) -> None:
    assert await record_of(database, uuid4()) is None


async def test_the_topic_of_the_dead_is_told_what_came_and_why_it_failed(
    database: Database, producer: Producer, settings: notes.Settings
) -> None:
    record = taken()
    await announce(producer, "notes", record, ValueError("no\n더"))
    async with listening(settings, "notes.events.dead") as arrived:
        [found] = await arrived(1)
    assert (found.key, found.value) == (record.key, record.value)
    assert dict(found.headers)["dead-reason"].decode() == "ValueError: no\n더"
    assert dict(found.headers)["dead-consumer"] == b"notes"
    assert [header for header in found.headers if not header[0].startswith("dead-")] == list(record.headers)
