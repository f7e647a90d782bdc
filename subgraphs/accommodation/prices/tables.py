"""What a search without dates reads instead of millions of nights."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Date, Numeric
from sqlmodel import Field

from ..database import Table


class LowestPrice(Table, table=True):
    """The cheapest open night of a room type that has a room left, kept by triggers on `nights`.

    They see nights of yesterday too, for the database does not know where today is. `until` is the last night at that
    price: as long as it is not over, no cheaper one is ahead. Once it is, whoever reads looks at the nights, and a job
    renews the row.
    """

    __tablename__ = "lowest_prices"

    room_type_id: UUID = Field(primary_key=True, foreign_key="room_types.id")
    price: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    """None: no night can be booked."""
    until: dt.date = Field(sa_column=Column(Date, nullable=False, index=True, server_default="infinity"))
