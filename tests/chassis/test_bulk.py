"""Many rows are written with one statement, in their order, whatever their columns hold."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import event, select

from chassis import clock
from chassis.bulk import insert_all, is_among, update_all
from chassis.database import Database
from chassis.ids import uuid7
from tests.chassis import notes

AT = datetime(2026, 5, 1, 9, 30, 0, 123456, UTC)


def row(number: int) -> dict[str, object]:
    said = {"number": number, "words": 'a "word"', "none": None, "안": [1, {"x": 0.5}]}
    envelope = {"id": uuid7(), "name": "notes.note.taken", "topic": "notes.events", "key": "k", "occurred_at": AT}
    return envelope | {"shard": number % 16, "payload": said, "traceparent": ""}


async def test_rows_are_stored_in_their_order_with_all_they_hold(database: Database) -> None:
    rows = [row(number) for number in range(300)]
    async with database.transaction() as session:
        await session.exec(insert_all(database.table("outbox"), rows))
    found = await notes.rows(database, "outbox")
    assert [(each.id, each.shard, each.payload, each.occurred_at) for each in found] == [
        (each["id"], each["shard"], each["payload"], AT) for each in rows
    ]


async def test_those_that_are_there_already_can_be_left_alone(database: Database) -> None:
    table = database.table("inbox")
    rows = [{"message_id": uuid7(), "consumer": "notes", "received_at": clock.now()} for _ in range(3)]
    async with database.transaction() as session:
        await session.exec(insert_all(table, rows[:1]))
    async with database.transaction() as session:
        statement = insert_all(table, rows).on_conflict_do_nothing().returning(table.c.message_id)
        new = set((await session.exec(statement)).scalars())
    assert new == {each["message_id"] for each in rows[1:]}


async def test_the_statement_reads_the_same_however_many_rows_there_are(database: Database) -> None:
    sent: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    for many in (1, 2, 50):
        async with database.transaction() as session:
            await session.exec(insert_all(database.table("outbox"), [row(number) for number in range(many)]))
    assert len(sent) == 3
    assert len(set(sent)) == 1


async def test_rows_are_chosen_by_what_is_among_values(database: Database) -> None:
    outbox, rows = database.table("outbox"), [row(number) for number in range(5)]
    async with database.transaction() as session:
        await session.exec(insert_all(outbox, rows))
    ids = [each["id"] for each in rows]
    for wanted in (ids[1:3], [*ids, uuid7()], []):
        async with database.reading() as session:
            found = await session.exec(select(outbox.c.id).where(is_among(outbox.c.id, wanted)))
            assert set(found.scalars()) == set(wanted) & set(ids)


async def test_rows_found_by_their_keys_get_each_its_own_values_in_one_statement(database: Database) -> None:
    inbox = database.table("inbox")
    ids, later = [uuid7() for _ in range(4)], AT + timedelta(days=1)
    async with database.transaction() as session:
        rows = [{"message_id": each, "consumer": "notes", "received_at": AT} for each in ids]
        await session.exec(insert_all(inbox, rows))
    values = [
        {"message_id": ids[2], "consumer": "notes", "received_at": later},
        {"message_id": ids[0], "consumer": "notes", "received_at": later + timedelta(days=1)},
        {"message_id": ids[1], "consumer": "others", "received_at": later},
    ]
    async with database.transaction() as session:
        changed = await session.exec(update_all(inbox, values))
    assert changed.rowcount == 2
    found = {each.message_id: each.received_at for each in await notes.rows(database, "inbox")}
    assert found == {ids[0]: later + timedelta(days=1), ids[1]: AT, ids[2]: later, ids[3]: AT}
