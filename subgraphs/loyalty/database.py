"""The tables' base, the column types they share, and the tables every service has."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, Numeric
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from chassis.database import INSTANT as INSTANT
from chassis.database import metadata
from chassis.dead_letters import DeadLetterColumns
from chassis.inbox import InboxColumns
from chassis.outbox import OutboxColumns

# Wide enough for any currency: 15 digits before the point and 4 after it.
AMOUNT: Any = Numeric(19, 4)


def words(kind: type[StrEnum], name: str) -> Any:
    """A column of one of these words. Text with a check: PostgreSQL's own enums can't lose a word again."""
    return Enum(kind, name=name, native_enum=False, create_constraint=True, length=20)


class Table(SQLModel, registry=registry(metadata=metadata())):
    """The base of every row loyalty stores."""


class Outbox(OutboxColumns, Table, table=True):
    __tablename__ = "outbox"


class Inbox(InboxColumns, Table, table=True):
    __tablename__ = "inbox"


class DeadLetter(DeadLetterColumns, Table, table=True):
    __tablename__ = "dead_letters"
