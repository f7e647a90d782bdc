"""What account keeps of a booking: whose it is, how it stands, and what a mail says of it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, literal_column
from sqlmodel import Field

from ..database import Table

LIVE = ("PENDING", "AWAITING_PAYMENT", "CONFIRMED", "CANCELLING")
OVER = ("COMPLETED", "REFUSED", "EXPIRED", "CANCELLED")
_IS_LIVE: Any = literal_column("status IN ('PENDING', 'AWAITING_PAYMENT', 'CONFIRMED', 'CANCELLING')")


class Booking(Table, table=True):
    __tablename__ = "bookings"
    __table_args__ = (
        Index("ix_bookings_live_guest", "guest_id", postgresql_where=_IS_LIVE),
        Index("ix_bookings_live_host", "host_id", postgresql_where=_IS_LIVE),
        CheckConstraint(f"status in {(*LIVE, *OVER)!r}", name="status"),
    )

    id: UUID = Field(primary_key=True)
    guest_id: UUID
    host_id: UUID | None = None
    code: str
    status: str
    check_in: date
    check_out: date
    total: Decimal | None = None
    currency: str
