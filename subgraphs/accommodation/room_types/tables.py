"""What is stored of a room type."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Numeric
from sqlmodel import Field

from chassis.database import AuditColumns
from chassis.ids import uuid7

from ..database import Table

LONGEST_STAY = 730
"""In nights. Nights are on sale two years ahead, so that no stay can be longer."""


class RoomType(AuditColumns, Table, table=True):
    __tablename__ = "room_types"
    __table_args__ = (
        CheckConstraint("units >= 1", name="has_rooms"),
        CheckConstraint("max_guests >= 1", name="takes_somebody"),
        CheckConstraint(f"max_nights BETWEEN 1 AND {LONGEST_STAY}", name="max_nights"),
        CheckConstraint("base_price >= 0", name="base_price"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    accommodation_id: UUID = Field(foreign_key="accommodations.id", index=True)
    name: str
    description: str
    max_guests: int
    """In one room."""
    max_nights: int = 30
    units: int
    """How many rooms a night that is opened from now on has."""
    base_price: Decimal = Field(sa_column=Column(Numeric, nullable=False))
