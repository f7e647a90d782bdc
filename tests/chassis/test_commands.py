"""The worker's commands: what was said goes out again, what failed is listed and worked on again."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock, outbox
from chassis.commands import list_dead_letters, parse, perform, replay_dead_letter, replay_outbox
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.dead_letters import open_letters, put_aside
from chassis.events import Record
from chassis.jobs import Job
from chassis.resources import Resources
from tests.chassis import notes
from tests.chassis.notes import Note, Taken, take_notes

TAKEN = "notes.note.taken"


class Listener:
    def __init__(self) -> None:
        self.consumer = Consumer("notes")
        self.broken = False

        @self.consumer.on(TAKEN)
        async def write(session: AsyncSession, message: Taken) -> None:
            if self.broken:
                raise ValueError("still broken")
            session.add(Note(words=f"{message.writer} {message.number}"))


async def dead_letter(database: Database, record: Record | None = None) -> None:
    record = record or Record.of(TAKEN, {"writer": "kim", "number": 1}, key="kim")
    await put_aside(database, "notes", record, ValueError("broken"), tries=5)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ([], "run"),
        (["run"], "run"),
        (["replay-outbox", "--since", "24h"], "replay-outbox"),
        (["dead-letters"], "dead-letters"),
        (["replay-dead-letter", str(uuid4())], "replay-dead-letter"),
        (["do-job", "tidy"], "do-job"),
    ],
)
def test_without_a_word_it_runs(arguments: list[str], command: str) -> None:
    assert parse(arguments).command == command


@pytest.mark.parametrize(
    ("text", "since"), [("90m", timedelta(minutes=90)), ("24h", timedelta(days=1)), ("2d", timedelta(days=2))]
)
def test_how_far_back_is_said_in_minutes_hours_or_days(text: str, since: timedelta) -> None:
    assert parse(["replay-outbox", "--since", text]).since == since


@pytest.mark.parametrize(
    "arguments",
    [["replay-outbox"], ["replay-outbox", "--since", "soon"], ["replay-dead-letter", "seven"], ["do-job"], ["fly"]],
    ids=" ".join,
)
def test_what_is_not_understood_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


async def test_what_was_said_since_then_is_sent_again(
    settings: notes.Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await take_notes(database, "kim", 3)
    async with database.transaction() as session:
        await session.exec(update(database.table("outbox")).values(sent_at=clock.now()))
    resources = Resources()
    resources.add(Database, database)
    assert await perform(parse(["replay-outbox", "--since", "1h"]), settings, resources, None, []) == 0
    assert (await outbox.backlog(database)).count == 3
    assert capsys.readouterr().out == "3 messages will be sent again by the relay, in their order.\n"


async def test_what_is_no_longer_kept_can_not_be_asked_for(
    settings: notes.Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await take_notes(database, "kim", 1)
    async with database.transaction() as session:
        await session.exec(update(database.table("outbox")).values(sent_at=clock.now()))
    assert await replay_outbox(settings, database, timedelta(hours=73)) == 1
    assert "The outbox keeps 72h" in capsys.readouterr().err
    assert (await outbox.backlog(database)).count == 0


async def test_dead_letters_are_listed_with_what_one_needs_to_deal_with_them(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await dead_letter(database)
    [row] = await open_letters(database)
    assert await list_dead_letters(database) == 0
    listed = capsys.readouterr().out
    assert listed == f"{row.id}  {row.failed_at:%Y-%m-%d %H:%M:%S}  {TAKEN}  key kim  ValueError: broken\n"


async def test_a_dead_letter_is_worked_on_again_once(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    await dead_letter(database)
    [row] = await open_letters(database)
    consumer = Listener().consumer
    assert await replay_dead_letter(database, Resources(), consumer, row.id) == 0
    assert await notes.words(database) == ["kim 1"]
    assert await open_letters(database) == []
    assert await replay_dead_letter(database, Resources(), consumer, row.id) == 0
    assert await notes.words(database) == ["kim 1"]
    said = capsys.readouterr().out.splitlines()
    assert said == ["It was worked on.", "It had been worked on before; nothing was done."]


async def test_a_dead_letter_that_fails_again_stays_one(database: Database) -> None:
    await dead_letter(database)
    [row] = await open_letters(database)
    listener = Listener()
    listener.broken = True
    with pytest.raises(ValueError, match="still broken"):
        await replay_dead_letter(database, Resources(), listener.consumer, row.id)
    assert [each.id for each in await open_letters(database)] == [row.id]
    assert await notes.words(database) == []
    assert await notes.rows(database, "inbox") == []


async def test_one_that_is_not_there_or_has_no_listener_is_said(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await dead_letter(database, Record.of("notes.note.lost", {}))
    [row] = await open_letters(database)
    missing = uuid4()
    assert await replay_dead_letter(database, Resources(), Listener().consumer, missing) == 1
    assert await replay_dead_letter(database, Resources(), Listener().consumer, row.id) == 1
    assert await replay_dead_letter(database, Resources(), None, row.id) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"There is no dead letter {missing}.",
        *["Nobody listens to this message any more."] * 2,
    ]
    assert len(await open_letters(database)) == 1


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("tidy", 0, "tidy is done.\n"),
        ("break", 1, "break failed; the log says why.\n"),
        ("listen", 1, "There is no job listen: there is tidy, break.\n"),
    ],
)
async def test_a_job_of_the_clock_is_done_at_once(
    settings: notes.Settings, database: Database, capsys: pytest.CaptureFixture[str], name: str, code: int, told: str
) -> None:
    done: list[str] = []

    async def tidy(_: Database) -> None:
        done.append("tidy")

    async def fail() -> None:
        raise ValueError("planted")

    jobs = [Job("tidy", timedelta(hours=1), tidy), Job("break", timedelta(hours=1), fail), Job("listen", None, fail)]
    resources = Resources()
    resources.add(Database, database)
    assert await perform(parse(["do-job", name]), settings, resources, None, jobs) == code
    printed = capsys.readouterr()
    assert told == (printed.err if code else printed.out)
    assert done == (["tidy"] if name == "tidy" else [])
