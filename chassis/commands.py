"""Commands a worker takes on the command line beside running: said again, failed and tried again, a job at once."""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from chassis import clock, outbox
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.dead_letters import mark_replayed, open_letters, record_of
from chassis.jobs import Job, do
from chassis.resources import Resources
from chassis.settings import ServiceSettings

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The worker of a subgraph.")
    parser.set_defaults(command="run")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="relay, consume and do the jobs until told to stop (the default)")
    replay = commands.add_parser("replay-outbox", help="send again what was said lately")
    replay.add_argument("--since", type=_duration, required=True, help="how far back: 90m, 24h, 2d")
    commands.add_parser("dead-letters", help="list the messages that failed and wait for somebody")
    letter = commands.add_parser("replay-dead-letter", help="work on one of them again, here and now")
    letter.add_argument("id", type=UUID)
    job = commands.add_parser("do-job", help="do at once what the clock would do later")
    job.add_argument("name", help="of the job, as the log and the metrics call it")
    given = parser.parse_args(arguments)
    given.command = given.command or "run"
    return given


async def perform(
    given: argparse.Namespace,
    settings: ServiceSettings,
    resources: Resources,
    consumer: Consumer | None,
    jobs: Sequence[Job],
) -> int:
    """The exit code of a command that is not `run`."""
    database = resources[Database]
    if given.command == "replay-outbox":
        return await replay_outbox(settings, database, given.since)
    if given.command == "dead-letters":
        return await list_dead_letters(database)
    if given.command == "do-job":
        return await do_job(resources, jobs, given.name)
    return await replay_dead_letter(database, resources, consumer, given.id)


async def replay_outbox(settings: ServiceSettings, database: Database, since: timedelta) -> int:
    if since > settings.outbox_retention:
        return _fail(f"The outbox keeps {settings.outbox_retention_hours}h: what is older can't be sent again.")
    count = await outbox.replay(database, clock.now() - since)
    _say(f"{count} messages will be sent again by the relay, in their order.")
    return 0


async def list_dead_letters(database: Database) -> int:
    for row in await open_letters(database):
        _say(f"{row.id}  {row.failed_at:%Y-%m-%d %H:%M:%S}  {row.name or '?'}  key {row.key}  {row.reason}")
    return 0


async def replay_dead_letter(
    database: Database, resources: Resources, consumer: Consumer | None, letter_id: UUID
) -> int:
    """Work on it once more; it stays a dead letter if it fails again."""
    record = await record_of(database, letter_id)
    if record is None:
        return _fail(f"There is no dead letter {letter_id}.")
    if consumer is None or consumer.handler_of(record) is None:
        return _fail("Nobody listens to this message any more.")
    new = await consumer.handle(database, resources, record)
    await mark_replayed(database, letter_id)
    _say("It was worked on." if new else "It had been worked on before; nothing was done.")
    return 0


async def do_job(resources: Resources, jobs: Sequence[Job], name: str) -> int:
    """Beside the workers, which may be doing it as well."""
    by_the_clock = {job.name: job for job in jobs if job.every}
    if name not in by_the_clock:
        return _fail(f"There is no job {name}: there is {', '.join(by_the_clock) or 'none'}.")
    if not await do(by_the_clock[name], resources):
        return _fail(f"{name} failed; the log says why.")
    _say(f"{name} is done.")
    return 0


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([mhd])", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration like 90m, 24h or 2d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def _fail(words: str) -> int:
    sys.stderr.write(f"{words}\n")
    return 1
