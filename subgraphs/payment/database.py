"""The tables' base, and the tables every service has."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from chassis.database import metadata
from chassis.dead_letters import DeadLetterColumns
from chassis.inbox import InboxColumns
from chassis.outbox import OutboxColumns


class Table(SQLModel, registry=registry(metadata=metadata())):
    """The base of every row payment stores."""


class Outbox(OutboxColumns, Table, table=True):
    __tablename__ = "outbox"


class Inbox(InboxColumns, Table, table=True):
    __tablename__ = "inbox"


class DeadLetter(DeadLetterColumns, Table, table=True):
    __tablename__ = "dead_letters"
