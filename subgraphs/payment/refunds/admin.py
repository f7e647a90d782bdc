"""Refunds in the back office: administrators see who asked for them and why they failed."""

from datetime import datetime
from typing import Self

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.roles import Role
from chassis.types import Money

from ..references import User
from . import tables
from .loaders import refunds_by_id
from .types import RefundStatus


def is_admin(info: Info) -> bool:
    return info.context.principal.role is Role.ADMIN


@strawberry.federation.type(name="Refund", keys=["id"])
class AdminRefund:
    id: strawberry.ID
    amount: Money
    reason: str
    status: RefundStatus
    failure_reason: str | None
    requested_at: datetime
    requested_by: User | None
    settled_at: datetime | None

    @classmethod
    def from_row(cls, row: tables.Refund) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            amount=Money(amount=row.amount, currency=row.currency),
            reason=row.reason,
            status=RefundStatus(row.status.value),
            failure_reason=row.failure_reason,
            requested_at=row.created_at,
            requested_by=User.of(row.created_by),
            settled_at=row.settled_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(refunds_by_id).load(parse_id(id)) if is_admin(info) else None
        return cls.from_row(row) if row else None
