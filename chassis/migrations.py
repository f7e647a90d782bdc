"""Migrations: the body of every env.py, and the commands that write, run and check them, one at a time in a process."""

import argparse
import asyncio
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.settings import ServiceSettings

_LOCK = 0x0F_E4_7E_4E  # any number, the same for all: one migration at a time in one database


def run_migrations(context: Any, metadata: MetaData, settings: ServiceSettings | None = None) -> None:
    """The whole of an env.py: `run_migrations(context, Table.metadata, Settings())`, or on the connection at hand."""
    connection: Connection | None = context.config.attributes.get("connection")
    if connection is None:
        raise CommandError("Migrations run through `python -m chassis.migrations`, which opens the connection.")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()


async def upgrade(package: str, settings: ServiceSettings, revision: str = "head") -> None:
    """Bring the database of `subgraphs.loyalty` to `revision`; it is created when it is missing."""
    await _create_database(settings)
    await _with_connection(package, settings, lambda config: command.upgrade(config, revision))


async def downgrade(package: str, settings: ServiceSettings, revision: str = "base") -> None:
    await _with_connection(package, settings, lambda config: command.downgrade(config, revision))


async def revise(package: str, settings: ServiceSettings, message: str) -> None:
    """Write the migration that brings the newest database to the tables as they are declared."""
    await upgrade(package, settings)
    await _with_connection(package, settings, lambda config: command.revision(config, message, autogenerate=True))


async def check(package: str, settings: ServiceSettings) -> None:
    """Raise CommandError when the migrations do not lead to the tables as they are declared."""
    await upgrade(package, settings)
    await _with_connection(package, settings, command.check)


async def _create_database(settings: ServiceSettings) -> None:
    engine = create_async_engine(settings.server_database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    name = settings.database_name
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            known = await connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
            if known.first() is None:
                quoted = connection.dialect.identifier_preparer.quote(name)
                await connection.execute(text(f"CREATE DATABASE {quoted}"))
    finally:
        await engine.dispose()


async def _with_connection(package: str, settings: ServiceSettings, task: Callable[[Config], Any]) -> None:
    engine: AsyncEngine = create_async_engine(settings.service_database_url, poolclass=NullPool)
    config = _config(package)

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        task(config)

    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


def _config(package: str) -> Config:
    module = importlib.import_module(package)
    config = Config()
    config.set_main_option("script_location", str(Path(str(module.__file__)).parent / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def _settings(package: str) -> ServiceSettings:
    settings: ServiceSettings = importlib.import_module(f"{package}.settings").Settings()
    return settings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m chassis.migrations", description=__doc__)
    parser.add_argument("command", choices=["upgrade", "downgrade", "revision", "check"])
    parser.add_argument("packages", nargs="+", help="for example subgraphs.loyalty")
    parser.add_argument("-m", "--message", default="change")
    given = parser.parse_args(arguments)
    try:
        for package in given.packages:
            asyncio.run(_perform(given.command, package, given.message))
    except CommandError as error:
        print(error, file=sys.stderr)  # noqa: T201 (a command line)
        return 1
    return 0


async def _perform(name: str, package: str, message: str) -> None:
    settings = _settings(package)
    if name == "revision":
        await revise(package, settings, message)
    else:
        await {"upgrade": upgrade, "downgrade": downgrade, "check": check}[name](package, settings)


if __name__ == "__main__":
    sys.exit(main())
