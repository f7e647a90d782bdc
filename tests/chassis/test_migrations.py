"""Migrations: from no database to the newest, by many at once, and a check that tables and migrations agree."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic.util import CommandError
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.ids import uuid7
from chassis.migrations import check, downgrade, main, revise, upgrade
from chassis.testing import Servers
from tests.chassis import notes

ENV = """
from alembic import context

from chassis.migrations import run_migrations
from orchard.database import Table

run_migrations(context, Table.metadata)
"""
SETTINGS = """
from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    service = "orchard"
"""
DATABASE = """
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from chassis.database import metadata
from chassis.dead_letters import DeadLetterColumns
from chassis.inbox import InboxColumns
from chassis.outbox import OutboxColumns


class Table(SQLModel, registry=registry(metadata=metadata())): ...


class Outbox(OutboxColumns, Table, table=True):
    __tablename__ = "outbox"


class Inbox(InboxColumns, Table, table=True):
    __tablename__ = "inbox"


class DeadLetter(DeadLetterColumns, Table, table=True):
    __tablename__ = "dead_letters"


class Tree(Table, table=True):
    __tablename__ = "trees"

    id: int = Field(primary_key=True)
    kind: str = Field(unique=True)
"""
TEMPLATE = '''"""${message}"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''
PACKAGE = "orchard"


def write(folder: Path, database: str = DATABASE) -> None:
    files = {
        "__init__.py": "",
        "settings.py": SETTINGS,
        "database.py": database,
        "migrations/env.py": ENV,
        "migrations/script.py.mako": TEMPLATE,
    }
    (folder / "migrations/versions").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small service with no migration yet."""
    monkeypatch.syspath_prepend(str(tmp_path))
    write(tmp_path / PACKAGE)
    yield tmp_path / PACKAGE
    forget()


class Settings(notes.ServiceSettings):
    service = PACKAGE


@pytest.fixture
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    """On a database that is not there yet."""
    settings = Settings(
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        kafka_bootstrap=servers.kafka_bootstrap,
        database_prefix=f"test_{uuid7().hex}_",
    )
    yield settings
    server = create_async_engine(settings.server_database_url, isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(text(f'DROP DATABASE IF EXISTS "{settings.database_name}" WITH (FORCE)'))
    await server.dispose()


async def tables(settings: Settings) -> set[str]:
    engine = create_async_engine(settings.service_database_url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda given: inspect(given).get_table_names())
    await engine.dispose()
    return set(names)


ALL = {"outbox", "inbox", "dead_letters", "trees", "alembic_version"}


async def test_a_migration_is_written_from_the_tables_and_leads_to_them(package: Path, settings: Settings) -> None:
    await revise(PACKAGE, settings, "Plant trees")
    [written] = (package / "migrations/versions").glob("*_plant_trees.py")
    assert "op.create_table" in written.read_text()
    assert await tables(settings) == {"alembic_version"}
    await upgrade(PACKAGE, settings)
    assert await tables(settings) == ALL
    await check(PACKAGE, settings)


async def test_up_to_date_nothing_is_done(package: Path, settings: Settings) -> None:
    await revise(PACKAGE, settings, "Plant trees")
    for _ in range(2):
        await upgrade(PACKAGE, settings)
    assert await tables(settings) == ALL


@pytest.mark.slow
async def test_many_processes_at_once_upgrade_one_after_the_other(package: Path, settings: Settings) -> None:
    await revise(PACKAGE, settings, "Plant trees")
    server = create_async_engine(settings.server_database_url, isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(text(f'DROP DATABASE "{settings.database_name}" WITH (FORCE)'))
    await server.dispose()
    processes = [await notes.process(settings, "chassis.migrations", "upgrade", PACKAGE) for _ in range(3)]
    assert [await asyncio.wait_for(process.wait(), 60) for process in processes] == [0, 0, 0]
    assert await tables(settings) == ALL


async def test_a_downgrade_leads_back(package: Path, settings: Settings) -> None:
    await revise(PACKAGE, settings, "Plant trees")
    await upgrade(PACKAGE, settings)
    await downgrade(PACKAGE, settings)
    assert await tables(settings) == {"alembic_version"}


@pytest.mark.parametrize(
    "change",
    [
        ("    kind: str = Field(unique=True)\n", "    kind: str = Field(unique=True)\n    height: int\n"),
        ("Field(unique=True)", "Field()"),
        ("    kind: str =", "    kind: str | None ="),
        ("    id: int = ", '    __table_args__ = {"comment": "x"}\n    id: int = '),
    ],
    ids=["a column more", "a constraint less", "another nullability", "a comment"],
)
async def test_a_table_that_was_changed_without_a_migration_is_noticed(
    package: Path, settings: Settings, change: tuple[str, str]
) -> None:
    await revise(PACKAGE, settings, "Plant trees")
    await check(PACKAGE, settings)
    write(package, DATABASE.replace(*change))
    with pytest.raises(CommandError, match="New upgrade operations detected"):
        await check(PACKAGE, settings)


async def test_a_migration_that_fails_leaves_nothing(package: Path, settings: Settings) -> None:
    await revise(PACKAGE, settings, "Plant trees")
    [written] = (package / "migrations/versions").glob("*.py")
    written.write_text(
        written.read_text().replace("def downgrade", '    op.execute("SELECT 1 / 0")\n\n\ndef downgrade')
    )
    with pytest.raises(Exception, match="division by zero"):
        await upgrade(PACKAGE, settings)
    assert await tables(settings) <= {"alembic_version"}


def test_from_the_command_line(
    package: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in notes.environment(settings).items():
        monkeypatch.setenv(name, value)
    assert main(["revision", PACKAGE, "-m", "Plant trees"]) == 0
    assert main(["upgrade", PACKAGE]) == 0
    assert main(["check", PACKAGE]) == 0
    write(package, DATABASE.replace("kind: str", "kind: str | None"))
    assert main(["check", PACKAGE]) == 1
    assert "New upgrade operations detected" in capsys.readouterr().err
    assert len(list((package / "migrations/versions").glob("*.py"))) == 1
