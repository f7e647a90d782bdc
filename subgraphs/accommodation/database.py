"""The tables' base, and the tables every service has."""

from enum import StrEnum

from sqlalchemy import Enum
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from chassis.database import metadata
from chassis.dead_letters import DeadLetterColumns
from chassis.inbox import InboxColumns
from chassis.outbox import OutboxColumns


class Table(SQLModel, registry=registry(metadata=metadata())):
    """The base of every row accommodation stores."""


class Outbox(OutboxColumns, Table, table=True):
    __tablename__ = "outbox"


class Inbox(InboxColumns, Table, table=True):
    __tablename__ = "inbox"


class DeadLetter(DeadLetterColumns, Table, table=True):
    __tablename__ = "dead_letters"


def words(kind: type[StrEnum]) -> Enum:
    """Words are stored as text: a new one needs no migration of a database type."""
    return Enum(kind, native_enum=False, length=40, values_callable=lambda each: [word.value for word in each])
