"""Refunds as their payers see them."""

from datetime import datetime
from enum import Enum
from typing import Self

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.types import Money

from . import tables
from .loaders import own_refunds_by_id


@strawberry.enum
class RefundStatus(Enum):
    REQUESTED = "REQUESTED"
    NEEDS_ACCOUNT = strawberry.enum_value(
        "NEEDS_ACCOUNT", description="Paid by virtual account: say where to with `provideRefundAccount`."
    )
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@strawberry.federation.type(keys=["id"])
class Refund:
    id: strawberry.ID
    amount: Money
    reason: str
    status: RefundStatus
    requested_at: datetime
    settled_at: datetime | None

    @classmethod
    def from_row(cls, row: tables.Refund) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            amount=Money(amount=row.amount, currency=row.currency),
            reason=row.reason,
            status=RefundStatus(row.status.value),
            requested_at=row.created_at,
            settled_at=row.settled_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(own_refunds_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None
