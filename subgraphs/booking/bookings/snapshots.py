"""What a booking keeps of others as it was then: values that never change, stored as documents."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class NightPrice(Value):
    """The price of one night of one room."""

    date: date
    price: Decimal


class CancellationTier(Value):
    """From `days_before` days before check-in, cancelling costs `fee_percent` of the subtotal."""

    days_before: int
    fee_percent: int


class CancellationPolicy(Value):
    name: str
    tiers: tuple[CancellationTier, ...]


class BookedPlace(Value):
    """How the place was called when it was booked, and when one may come and must leave."""

    accommodation_name: str
    room_type_name: str
    address_line: str
    check_in_time: time
    check_out_time: time


class StayTerms(Value):
    """What accommodation said when it held the nights."""

    place: BookedPlace
    nights: tuple[NightPrice, ...]
    policy: CancellationPolicy | None


class CancelledBy(StrEnum):
    GUEST = "GUEST"
    HOUSE = "HOUSE"


class Cancellation(Value):
    """What cancelling did, decided once: whoever is asked again is asked for the same."""

    by: CancelledBy
    reason: str
    fee: Decimal
    refund: Decimal
    points_returned: int
    coupon_returned: bool


class OtherRefunds(Value):
    """What goes back without the booking's asking, by the refunds' ids: each counts once, however often it is told.

    `open` are those on their way, which are set aside already.
    """

    amounts: dict[UUID, Decimal] = {}
    open: frozenset[UUID] = frozenset()

    def asked(self, refund_id: UUID, amount: Decimal) -> Self:
        """What is known to be back already is not on its way again."""
        if refund_id in self.amounts:
            return self
        return type(self)(amounts={**self.amounts, refund_id: amount}, open=self.open | {refund_id})

    def settled(self, refund_id: UUID, amount: Decimal) -> Self:
        return type(self)(amounts={**self.amounts, refund_id: amount}, open=self.open - {refund_id})

    def total(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))


V = TypeVar("V", bound=Value)


class Document(TypeDecorator[V], Generic[V]):
    """A column of one of the values above."""

    impl = JSONB
    cache_ok = True

    def __init__(self, value: type[V]) -> None:
        super().__init__(none_as_null=True)
        self.value = value

    def process_bind_param(self, value: V | None, dialect: Dialect) -> Any:
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> V | None:
        return None if value is None else self.value.model_validate(value)
