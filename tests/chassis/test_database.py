"""Transactions, reading, what runs after a commit, deleted rows, who changed what, how long anything may take."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, exists, func, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import aliased, selectinload
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import capture_logs

from chassis import clock
from chassis.database import Database, after_commit, violated
from chassis.ids import uuid7
from tests.chassis import notes
from tests.chassis.notes import Note, Remark


async def take(database: Database, words: str, by: UUID | None = None) -> Note:
    async with database.transaction(by=by) as session:
        note = Note(words=words)
        session.add(note)
    return note


async def delete(database: Database, note: Note, by: UUID | None = None) -> None:
    async with database.transaction(by=by) as session:
        (await session.merge(note)).deleted_at = clock.now()


async def test_a_transaction_is_committed_at_its_end(database: Database) -> None:
    await take(database, "kept")
    assert await notes.words(database) == ["kept"]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            session.add(Note(words="lost"))
            await session.flush()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fail()
    assert await notes.words(database) == []


async def test_reading_can_not_write(database: Database) -> None:
    async with database.reading() as session:
        session.add(Note(words="lost"))
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.flush()
    assert await notes.words(database) == []


async def test_a_connection_that_read_can_write_afterwards(database: Database) -> None:
    async with database.reading() as session:
        assert (await session.exec(select(Note))).all() == []
    await take(database, "written")
    assert await notes.words(database) == ["written"]


async def test_a_callback_runs_once_the_commit_is_visible(database: Database) -> None:
    seen: list[list[str]] = []

    async def look() -> None:
        seen.append(await notes.words(database))

    async with database.transaction() as session:
        after_commit(session, look)
        session.add(Note(words="first"))
        assert seen == []
    assert seen == [["first"]]


async def test_a_callback_does_not_run_when_nothing_was_committed(database: Database) -> None:
    called: list[str] = []

    async def call() -> None:
        called.append("called")

    async def fail() -> None:
        async with database.transaction() as session:
            after_commit(session, call)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fail()
    assert called == []


async def test_a_callback_that_fails_is_logged_and_the_next_one_runs(database: Database) -> None:
    called: list[str] = []

    async def fail() -> None:
        raise RuntimeError("the channel is away")

    async def call() -> None:
        called.append("called")

    with capture_logs() as logs:
        async with database.transaction() as session:
            after_commit(session, fail)
            after_commit(session, call)
            session.add(Note(words="kept"))
    assert called == ["called"]
    assert [entry["event"] for entry in logs] == ["after_commit_failed"]
    assert await notes.words(database) == ["kept"]


async def test_deleted_rows_are_in_no_select(database: Database) -> None:
    await take(database, "there")
    await delete(database, await take(database, "gone"))
    other = aliased(Note)
    async with database.reading() as session:
        assert [note.words for note in await session.exec(select(Note))] == ["there"]
        assert list(await session.exec(select(Note.words))) == ["there"]
        assert (await session.exec(select(func.count()).select_from(Note))).one() == 1
        assert list(await session.exec(select(other.words))) == ["there"]
        assert list(await session.exec(select(Note.words).where(Note.id.in_(select(other.id))))) == ["there"]  # type: ignore[attr-defined]
        assert list(await session.exec(select(select(Note.words).subquery().c.words))) == ["there"]
        union = select(Note.words).union_all(select(other.words))
        assert (await session.exec(union)).all() == [("there",), ("there",)]  # type: ignore[call-overload]


async def test_a_deleted_row_is_not_found_by_its_id(database: Database) -> None:
    note = await take(database, "gone")
    await delete(database, note)
    async with database.reading() as session:
        assert await session.get(Note, note.id) is None


async def test_a_deleted_row_is_not_found_for_update_either(database: Database) -> None:
    note = await take(database, "gone")
    await delete(database, note)
    async with database.transaction() as session:
        assert (await session.exec(select(Note).where(Note.id == note.id).with_for_update())).first() is None


async def test_deleted_rows_are_not_joined_and_not_loaded_by_a_relationship(database: Database) -> None:
    note = await take(database, "a note")
    async with database.transaction() as session:
        session.add_all(
            [
                Remark(note_id=note.id, words="there"),
                Remark(note_id=note.id, words="gone", deleted_at=clock.now()),
            ]
        )
    async with database.reading() as session:
        joined = select(Note.words, Remark.words).join(Remark)
        assert list(await session.exec(joined)) == [("a note", "there")]
        loaded = (await session.exec(select(Note).options(selectinload(Note.remarks)))).one()  # type: ignore[arg-type]
        assert [remark.words for remark in loaded.remarks] == ["there"]
        gone = exists().where(Remark.note_id == Note.id, Remark.words == "gone")  # type: ignore[arg-type]
        assert list(await session.exec(select(Note.words).where(gone))) == []


async def test_deleted_rows_answer_whoever_says_so(database: Database) -> None:
    note = await take(database, "gone")
    await delete(database, note)
    async with database.reading() as session:
        found = await session.get(Note, note.id, execution_options={"include_deleted": True})
        assert found is not None
        assert found.words == "gone"
        everything = select(Note.words).execution_options(include_deleted=True)
        assert list(await session.exec(everything)) == ["gone"]


async def test_a_row_says_who_created_changed_and_deleted_it_and_when(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, editor, remover = uuid7(), uuid7(), uuid7()
    start = clock.now()
    note = await take(database, "a", by=writer)
    assert (note.created_by, note.updated_by, note.deleted_by) == (writer, writer, None)
    later = start + timedelta(days=365)
    monkeypatch.setattr(clock, "now", lambda: later)
    async with database.transaction(by=editor) as session:
        note = await session.merge(note)
        note.words = "b"
    assert (note.created_by, note.updated_by, note.deleted_by) == (writer, editor, None)
    assert note.created_at < note.updated_at == later
    await delete(database, note, by=remover)
    async with database.reading() as session:
        gone = (await session.exec(select(Note).execution_options(include_deleted=True))).one()
    assert (gone.created_by, gone.updated_by, gone.deleted_by) == (writer, remover, remover)
    assert gone.deleted_at == later


async def test_a_transaction_of_nobody_keeps_who_was_there(database: Database) -> None:
    writer = uuid7()
    note = await take(database, "a", by=writer)
    async with database.transaction() as session:
        note = await session.merge(note)
        note.words = "b"
    assert (note.created_by, note.updated_by) == (writer, writer)


async def test_a_violation_names_its_constraint(database: Database) -> None:
    await take(database, "once")
    with pytest.raises(IntegrityError) as refused:
        await take(database, "once")
    assert violated(refused.value) == "uq_notes_words"
    assert await notes.words(database) == ["once"]


async def test_an_error_does_not_say_what_was_written(database: Database) -> None:
    await take(database, "once")
    with pytest.raises(IntegrityError) as refused:
        async with database.transaction() as session:
            session.add(Note(words="once", created_by=UUID(int=7)))
    assert str(UUID(int=7)) not in str(refused.value)


async def test_a_statement_that_takes_too_long_is_stopped(settings: notes.Settings) -> None:
    database = Database.connect(settings.model_copy(update={"statement_timeout_ms": 300}), outbox=notes.Outbox)
    with pytest.raises(DBAPIError, match="statement timeout"):
        async with database.reading() as session:
            await session.exec(text("SELECT pg_sleep(10)"))  # type: ignore[call-overload]
    await database.ping()
    await database.close()


async def test_a_lock_that_is_not_given_in_time_is_given_up(settings: notes.Settings, database: Database) -> None:
    note = await take(database, "wanted")
    impatient = Database.connect(settings.model_copy(update={"lock_timeout_ms": 50}), outbox=notes.Outbox)
    lock = select(Note).where(Note.id == note.id).with_for_update()
    async with database.transaction() as session:
        await session.exec(lock)
        with pytest.raises(DBAPIError, match="lock timeout"):
            async with impatient.transaction() as other:
                await other.exec(lock)
    await impatient.close()


async def notes_by_id(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Note]:
    return {note.id: note for note in await session.exec(select(Note).where(col(Note.id).in_(ids)))}


async def test_what_many_ask_for_at_once_is_one_statement_in_one_transaction(database: Database) -> None:
    taken = [await take(database, f"note {number}") for number in range(3)]
    sent: list[str] = []
    listener = "before_cursor_execute", lambda *given: sent.append(given[2])
    event.listen(database.engine.sync_engine, *listener)
    try:
        found = await asyncio.gather(*(database.together(notes_by_id, [note.id]) for note in taken))
    finally:
        event.remove(database.engine.sync_engine, *listener)
    assert len(sent) == 1
    assert [each[note.id].words for each, note in zip(found, taken, strict=True)] == ["note 0", "note 1", "note 2"]


async def test_many_callers_share_a_small_pool(settings: notes.Settings, database: Database) -> None:
    small = settings.model_copy(update={"database_pool_size": 2, "database_max_overflow": 0})
    pooled = Database.connect(small, outbox=notes.Outbox)
    await asyncio.gather(*(take(pooled, f"note {number:03}") for number in range(100)))
    assert await notes.words(database) == [f"note {number:03}" for number in range(100)]
    await pooled.close()


async def test_a_database_opens_nothing_before_it_is_asked(settings: notes.Settings) -> None:
    nowhere = settings.model_copy(update={"database_prefix": "no_such_database_"})
    database = Database.connect(nowhere, outbox=notes.Outbox)
    with pytest.raises(Exception, match="does not exist"):
        await database.ping()
    await database.close()
