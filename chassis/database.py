"""The database of one service: its pool, its transactions, and what holds for every row."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar, cast
from uuid import UUID

import orjson
import structlog
from sqlalchemy import DateTime, MetaData, Table, event, null, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.doorbell import Doorbell
from chassis.settings import DatabaseSettings
from chassis.together import Together

logger = structlog.get_logger(__name__)

INSTANT: Any = DateTime(timezone=True)  # `sa_type=INSTANT` for every column that holds an instant

Key = TypeVar("Key")
Found = TypeVar("Found")

_ACTOR, _AFTER_COMMIT = "actor", "after_commit"
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata() -> MetaData:
    """Metadata whose constraints have predictable names: verbs translate violations by name."""
    return MetaData(naming_convention=_NAMES)


class AuditColumns(SQLModel):
    """Who created, changed and deleted a row, and when. A deleted row is left out of every ORM select."""

    created_at: datetime = Field(default_factory=lambda: clock.now(), sa_type=INSTANT)  # noqa: PLW0108
    created_by: UUID | None = None
    updated_at: datetime = Field(
        default_factory=lambda: clock.now(),  # noqa: PLW0108
        sa_type=INSTANT,
        sa_column_kwargs={"onupdate": lambda: clock.now()},  # noqa: PLW0108
    )
    updated_by: UUID | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    deleted_by: UUID | None = None


class Database:
    """One pool; `transaction()` and `reading()` are the only ways to a session."""

    def __init__(self, engine: AsyncEngine, outbox: type[SQLModel]) -> None:
        self.engine = engine
        self.outbox = outbox
        self.doorbell = Doorbell(engine)
        self._sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
        self._together: dict[Any, Together[Any, Any]] = {}

    @classmethod
    def connect(cls, settings: DatabaseSettings, *, outbox: type[SQLModel]) -> Self:
        """A database that opens its first connection when it is first asked something."""
        return cls(_engine(settings), outbox)

    def table(self, name: str) -> Table:
        """A table of this service by its name: `outbox`, `inbox`, `dead_letters`."""
        return self.outbox.metadata.tables[name]

    @asynccontextmanager
    async def transaction(self, by: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed at the end, or not at all; `by` is who changes rows in it."""
        callbacks: list[Callable[[], Awaitable[None]]] = []
        info = {"outbox": self.outbox, "doorbell": self.doorbell, _ACTOR: by, _AFTER_COMMIT: callbacks}
        async with self._sessions(info=info) as session:
            yield session
            await session.commit()
        for callback in callbacks:
            await _run_after_commit(callback)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session in a read-only transaction: writing in it is an error."""
        async with self._sessions() as session:
            await session.connection(execution_options={"postgresql_readonly": True})
            yield session

    async def together(
        self, read: Callable[[AsyncSession, list[Key]], Awaitable[Found]], keys: Collection[Key]
    ) -> Found:
        """What `read(session, keys)` finds for these keys and for those that others ask it for at the same time.

        `read` is a function of a store, found by its identity.
        """
        if read not in self._together:
            self._together[read] = Together(partial(self._read, read))
        found: Found = await self._together[read](keys)
        return found

    async def _read(self, read: Callable[[AsyncSession, list[Key]], Awaitable[Found]], keys: list[Key]) -> Found:
        async with self.reading() as session:
            return await read(session, keys)

    async def ping(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def close(self) -> None:
        await self.doorbell.close()
        for reading in self._together.values():
            await reading.close()
        await self.engine.dispose()


def table_of(row: type[SQLModel]) -> Table:
    """Where rows of that class are stored."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]


def after_commit(session: AsyncSession, callback: Callable[[], Awaitable[None]]) -> None:
    """Have `callback` run once the transaction is committed. It can't undo it any more: its failure is logged."""
    session.info[_AFTER_COMMIT].append(callback)


def violated(error: IntegrityError) -> str | None:
    """The name of the constraint that refused, so that a verb can say what it means."""
    return cast("str | None", getattr(error.driver_exception, "constraint_name", None))


async def _run_after_commit(callback: Callable[[], Awaitable[None]]) -> None:
    try:
        await callback()
    except Exception:
        logger.exception("after_commit_failed", callback=getattr(callback, "__qualname__", repr(callback)))


def _engine(settings: DatabaseSettings) -> AsyncEngine:
    return create_async_engine(
        settings.service_database_url,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_max_overflow,
        pool_timeout=settings.database_pool_timeout_seconds,
        hide_parameters=True,  # they hold what people told us, and errors end in logs
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={"server_settings": _server_settings(settings), "timeout": 10},
    )


def _server_settings(settings: DatabaseSettings) -> dict[str, str]:
    return {
        "application_name": settings.service,
        "statement_timeout": str(settings.statement_timeout_ms),
        "lock_timeout": str(settings.lock_timeout_ms),
        "idle_in_transaction_session_timeout": "60000",
        # A machine that vanished must not keep its locks for the two hours that TCP would wait.
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
        "timezone": "UTC",
    }


@event.listens_for(Session, "do_orm_execute")
def _leave_out_deleted_rows(state: ORMExecuteState) -> None:
    if not state.is_select or state.is_column_load or state.execution_options.get("include_deleted", False):
        return
    state.statement = state.statement.options(_NOT_DELETED)


def _is_not_deleted(row: type[AuditColumns]) -> Any:
    # The mixin itself, which SQLAlchemy tries this on first, is no table and has no column.
    return getattr(row, "deleted_at", null()).is_(None)


_NOT_DELETED = with_loader_criteria(AuditColumns, _is_not_deleted, include_aliases=True)


@event.listens_for(Session, "before_flush")
def _say_who(session: Session, *_: object) -> None:
    actor = session.info.get(_ACTOR)
    if actor is None:
        return
    for row in session.new:
        if isinstance(row, AuditColumns):
            row.created_by = row.created_by or actor
            row.updated_by = row.updated_by or actor
    for row in session.dirty:
        if isinstance(row, AuditColumns) and session.is_modified(row):
            row.updated_by = actor
            row.deleted_by = (row.deleted_by or actor) if row.deleted_at else None
