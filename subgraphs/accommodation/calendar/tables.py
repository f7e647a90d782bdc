"""Nights on sale, and what bookings hold of them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Numeric, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis import clock
from chassis.ids import uuid7

from ..database import Table, words

FREE = "NOT closed AND held + sold < units"


class Night(Table, table=True):
    """One date of one room type. A date without a row is not on sale."""

    __tablename__ = "nights"
    __table_args__ = (
        CheckConstraint("held >= 0 AND sold >= 0 AND held + sold <= units", name="not_oversold"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("min_nights >= 1", name="min_nights"),
        # What a search with dates reads, without a look at the table.
        Index(
            "ix_nights_date",
            "date",
            "room_type_id",
            postgresql_include=["price", "units", "held", "sold", "closed", "min_nights"],
            postgresql_where=FREE,
        ),
        # The last of the cheapest nights first: see `prices.tables.LowestPrice`.
        Index(
            "ix_nights_cheapest",
            "room_type_id",
            "price",
            literal_column("date DESC"),
            postgresql_where=FREE,
        ),
    )

    room_type_id: UUID = Field(primary_key=True, foreign_key="room_types.id")
    date: dt.date = Field(primary_key=True)
    price: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    """For one room."""
    units: int
    held: int = Field(default=0)
    sold: int = Field(default=0)
    closed: bool = Field(default=False)
    min_nights: int = Field(default=1)
    """For stays that arrive on this date."""

    @property
    def rooms_left(self) -> int:
        return self.units - self.held - self.sold


class HoldStatus(StrEnum):
    """Rooms count as held or sold in HELD and CONFIRMED alone; the others are marks of how it ended."""

    HELD = "HELD"
    CONFIRMED = "CONFIRMED"
    REFUSED = "REFUSED"
    """Asked for and not to be had."""
    LAPSED = "LAPSED"
    """Let go because its time was over: confirming it takes the nights again where they are free."""
    LOST = "LOST"
    """To be confirmed or extended, but the nights were gone."""
    RELEASED = "RELEASED"


class Hold(Table, table=True):
    """What was decided for a booking: asked again, it is answered again from here.

    A mark of a booking whose nights were never asked for (its release came first) has no dates.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('HELD', 'CONFIRMED', 'LAPSED') OR (check_in < check_out AND rooms >= 1"
            " AND due_at IS NOT NULL AND answer IS NOT NULL)",
            name="what_is_held_is_known",
        ),
        CheckConstraint(
            "status NOT IN ('REFUSED', 'LOST', 'RELEASED') OR reason IS NOT NULL", name="what_is_not_held_has_a_reason"
        ),
        Index("ix_holds_due_at", "due_at", postgresql_where="status = 'HELD'"),
        Index("ix_holds_room_type_id", "room_type_id", "check_in"),
    )

    booking_id: UUID = Field(primary_key=True)
    room_type_id: UUID
    """Not a reference: what is asked for may not exist, and is still answered."""
    guest_id: UUID | None = None
    check_in: dt.date | None = None
    check_out: dt.date | None = None
    guests: int = 0
    rooms: int = 0
    due_at: dt.datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    status: HoldStatus = Field(sa_column=Column(words(HoldStatus), nullable=False))
    answer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    """What was said when the nights were held, as it was said."""
    reason: str | None = None
    message: str | None = None
    night: dt.date | None = None
    decided_at: dt.datetime = Field(default_factory=lambda: clock.now(), sa_type=DateTime(timezone=True))  # noqa: PLW0108 (tests turn clock.now)
    updated_at: dt.datetime = Field(
        default_factory=lambda: clock.now(),  # noqa: PLW0108
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"onupdate": lambda: clock.now()},  # noqa: PLW0108
    )


@dataclass(slots=True)
class Claim:
    """A row of `holds` while it is decided about: the ORM's own takes longer to make than to decide."""

    booking_id: UUID
    room_type_id: UUID
    status: HoldStatus
    guest_id: UUID | None = None
    check_in: dt.date | None = None
    check_out: dt.date | None = None
    guests: int = 0
    rooms: int = 0
    due_at: dt.datetime | None = None
    answer: dict[str, Any] | None = None
    reason: str | None = None
    message: str | None = None
    night: dt.date | None = None
    stored: tuple[Any, ...] | None = None
    """What had been decided when it was locked; None where nothing had."""

    def decided(self) -> tuple[Any, ...]:
        """All that may change."""
        return self.status, self.due_at, self.reason, self.message, self.night

    def dates(self) -> list[dt.date]:
        """The nights it is about, in order; none for a mark."""
        if self.check_in is None or self.check_out is None:
            return []
        return [self.check_in + dt.timedelta(days=day) for day in range((self.check_out - self.check_in).days)]


@dataclass(slots=True)
class OpenNight:
    """A row of `nights`, likewise."""

    room_type_id: UUID
    date: dt.date
    price: Decimal
    units: int
    held: int
    sold: int
    closed: bool
    min_nights: int
    stored: tuple[int, int] = (0, 0)

    @property
    def rooms_left(self) -> int:
        return self.units - self.held - self.sold

    def counted(self) -> tuple[int, int]:
        """All that may change."""
        return self.held, self.sold


class NightChangeKind(StrEnum):
    OPENED = "OPENED"
    CHANGED = "CHANGED"


class NightChange(Table, table=True):
    """What a host or an administrator did to nights, once for all nights of a call: who, when, and what was asked.

    Bookings write to nights all day and ten thousand places have millions of them: said in each night, it would
    double them, and tell only of the last who came.
    """

    __tablename__ = "night_changes"
    __table_args__ = (Index("ix_night_changes_room_type_id", "room_type_id", "changed_at"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    room_type_id: UUID = Field(foreign_key="room_types.id")
    kind: NightChangeKind = Field(sa_column=Column(words(NightChangeKind), nullable=False))
    first: dt.date
    end: dt.date
    """Not included."""
    asked: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    changed_at: dt.datetime = Field(default_factory=lambda: clock.now(), sa_type=DateTime(timezone=True))  # noqa: PLW0108
    changed_by: UUID
