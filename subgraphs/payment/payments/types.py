"""Payments as their payers see them."""

from datetime import datetime
from enum import Enum
from typing import Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.types import Money

from ..ledger import tables
from ..ledger.rules import due_into_account
from ..refunds.loaders import refunds_by_payment
from ..refunds.types import Refund
from ..settings import Settings
from .loaders import own_payments_by_booking, own_payments_by_id
from .rules import is_payable


@strawberry.enum
class PaymentStatus(Enum):
    READY = "READY"
    PENDING = strawberry.enum_value("PENDING", description="The provider is still at it.")
    VIRTUAL_ACCOUNT_ISSUED = strawberry.enum_value(
        "VIRTUAL_ACCOUNT_ISSUED", description="The guest has an account number to pay into."
    )
    PAID = "PAID"
    FAILED = strawberry.enum_value(
        "FAILED", description="The last attempt failed; another may follow until `paymentDueAt`."
    )
    CLOSED = strawberry.enum_value("CLOSED", description="Nothing was paid and nothing can be.")
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"


@strawberry.enum
class PaymentMethod(Enum):
    CARD = "CARD"
    TRANSFER = "TRANSFER"
    VIRTUAL_ACCOUNT = "VIRTUAL_ACCOUNT"
    EASY_PAY = "EASY_PAY"
    MOBILE = "MOBILE"


@strawberry.enum
class PaymentOrder(Enum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    AMOUNT_DESC = "AMOUNT_DESC"
    AMOUNT_ASC = "AMOUNT_ASC"


@strawberry.type(description="What a browser needs to open the payment window.")
class Checkout:
    url: str = strawberry.field(description="A page of ours that does it all.")
    store_id: str
    channel_key: str
    payment_id: str
    order_name: str
    expires_at: datetime

    @classmethod
    def from_row(cls, row: tables.Payment, settings: Settings) -> Self | None:
        if not is_payable(row):
            return None
        return cls(
            url=f"{settings.public_url}/checkout/{row.id}",
            store_id=settings.portone_store_id,
            channel_key=settings.portone_channel_key,
            payment_id=str(row.id),
            order_name=row.order_name,
            expires_at=row.due_at if row.account_number is None else due_into_account(row),
        )


@strawberry.type
class VirtualAccount:
    bank: str
    number: str
    due_at: datetime

    @classmethod
    def from_row(cls, row: tables.Payment) -> Self | None:
        if row.account_number is None:
            return None
        return cls(bank=row.account_bank or "", number=row.account_number, due_at=due_into_account(row))


@strawberry.federation.type(keys=["id"])
class Payment:
    id: strawberry.ID
    booking: "Booking | None"
    status: PaymentStatus
    amount: Money
    refunded: Money
    method: PaymentMethod | None
    checkout: Checkout | None = strawberry.field(description="Null once nothing is left to pay.")
    virtual_account: VirtualAccount | None
    failure_reason: str | None
    receipt_url: str | None

    @strawberry.field
    async def refunds(self, info: Info) -> list[Refund]:
        rows = await info.context.loader(refunds_by_payment).load(UUID(self.id))
        return [Refund.from_row(row) for row in rows]

    created_at: datetime
    paid_at: datetime | None

    @classmethod
    def from_row(cls, row: tables.Payment, settings: Settings) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            booking=Booking(id=strawberry.ID(str(row.booking_id))),
            status=PaymentStatus(row.status.value),
            amount=Money(amount=row.amount, currency=row.currency),
            refunded=Money(amount=row.refunded, currency=row.paid_currency or row.currency),
            method=PaymentMethod(row.method.value) if row.method else None,
            checkout=Checkout.from_row(row, settings),
            virtual_account=VirtualAccount.from_row(row),
            failure_reason=row.failure_reason,
            receipt_url=row.receipt_url,
            created_at=row.created_at,
            paid_at=row.paid_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(own_payments_by_id).load(parse_id(id))
        return cls.from_row(row, info.context.resources[Settings]) if row else None


@strawberry.federation.type(keys=["id"])
class Booking:
    """A booking is booking's; all that is known of it here is what was paid for it, and that only to the payer."""

    id: strawberry.ID

    @strawberry.field
    async def payment(self, info: Info) -> Payment | None:
        row = await info.context.loader(own_payments_by_booking).load(parse_id(self.id))
        return Payment.from_row(row, info.context.resources[Settings]) if row else None
