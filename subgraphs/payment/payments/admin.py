"""Payments in the back office: administrators see all of them, with all that happened, and give money back by hand."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.roles import Role, requires_role
from chassis.types import Connection, Money, wants_total

from ..ledger import tables
from ..provider.portone import PortOne
from ..references import User
from ..refunds.admin import AdminRefund, is_admin
from ..refunds.loaders import refunds_by_payment
from ..refunds.request_by_hand import request_refund_by_hand
from ..refunds.settle_by_hand import settle_refund_by_hand
from ..texts import ensure_text
from . import store
from .loaders import history_by_payment, payments_by_booking, payments_by_id
from .reconcile import reconcile_on_request
from .types import PaymentMethod, PaymentOrder, PaymentStatus

BY_ADMIN = requires_role(Role.ADMIN)
# A default is printed as it is written: `filter: PaymentFilter! = {}`.
ALL: Any = {}


@strawberry.type
class PaymentEvent:
    at: datetime
    name: str
    detail: str | None

    @classmethod
    def from_row(cls, row: tables.PaymentEvent) -> Self:
        return cls(at=row.at, name=row.name, detail=row.detail)


@strawberry.federation.type(name="Payment", keys=["id"])
class AdminPayment:
    id: strawberry.ID = strawberry.field(extensions=[BY_ADMIN])
    booking: "AdminBooking | None" = strawberry.field(extensions=[BY_ADMIN])
    payer: User | None = strawberry.field(extensions=[BY_ADMIN])
    status: PaymentStatus = strawberry.field(extensions=[BY_ADMIN])
    amount: Money = strawberry.field(extensions=[BY_ADMIN])
    refunded: Money = strawberry.field(extensions=[BY_ADMIN])
    method: PaymentMethod | None = strawberry.field(extensions=[BY_ADMIN])
    provider_reference: str | None = strawberry.field(
        extensions=[BY_ADMIN], description="The provider's own number of the transaction."
    )
    failure_reason: str | None = strawberry.field(extensions=[BY_ADMIN])
    created_at: datetime = strawberry.field(extensions=[BY_ADMIN])
    paid_at: datetime | None = strawberry.field(extensions=[BY_ADMIN])

    @strawberry.field(extensions=[BY_ADMIN])
    async def refunds(self, info: Info) -> list[AdminRefund]:
        rows = await info.context.loader(refunds_by_payment).load(UUID(self.id))
        return [AdminRefund.from_row(row) for row in rows]

    @strawberry.field(extensions=[BY_ADMIN], description="Everything the provider said and was asked, oldest first.")
    async def history(self, info: Info) -> list[PaymentEvent]:
        rows = await info.context.loader(history_by_payment).load(UUID(self.id))
        return [PaymentEvent.from_row(row) for row in rows]

    @classmethod
    def from_row(cls, row: tables.Payment) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            booking=AdminBooking(id=strawberry.ID(str(row.booking_id))),
            payer=User.of(row.payer_id),
            status=PaymentStatus(row.status.value),
            amount=Money(amount=row.amount, currency=row.currency),
            refunded=Money(amount=row.refunded, currency=row.paid_currency or row.currency),
            method=PaymentMethod(row.method.value) if row.method else None,
            provider_reference=row.transaction_id,
            failure_reason=row.failure_reason,
            created_at=row.created_at,
            paid_at=row.paid_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(payments_by_id).load(parse_id(id)) if is_admin(info) else None
        return cls.from_row(row) if row else None


@strawberry.federation.type(name="Booking", keys=["id"])
class AdminBooking:
    """A booking is booking's; all that is known of it here is what was paid for it."""

    id: strawberry.ID

    @strawberry.field(extensions=[BY_ADMIN])
    async def payment(self, info: Info) -> AdminPayment | None:
        row = await info.context.loader(payments_by_booking).load(parse_id(self.id))
        return AdminPayment.from_row(row) if row else None


@strawberry.input
class PaymentFilter:
    booking_id: strawberry.ID | None = None
    payer_id: strawberry.ID | None = None
    provider_reference: str | None = None
    statuses: list[PaymentStatus] | None = None
    methods: list[PaymentMethod] | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    refund_open: bool | None = strawberry.field(default=None, description="With a refund not settled.")

    def wanted(self) -> store.Wanted:
        if self.provider_reference is not None:
            ensure_text("filter.providerReference", self.provider_reference, 200)
        return store.Wanted(
            booking_id=None if self.booking_id is None else parse_id(self.booking_id, "filter.bookingId"),
            payer_id=None if self.payer_id is None else parse_id(self.payer_id, "filter.payerId"),
            transaction_id=self.provider_reference,
            statuses=None if self.statuses is None else [tables.PaymentStatus(each.value) for each in self.statuses],
            methods=None if self.methods is None else [tables.PaymentMethod(each.value) for each in self.methods],
            amount_from=self.amount_from,
            amount_to=self.amount_to,
            created_from=self.created_from,
            created_to=self.created_to,
            refund_open=self.refund_open,
        )


@strawberry.input
class RefundPaymentInput:
    idempotency_key: strawberry.ID
    payment_id: strawberry.ID
    amount: Decimal
    reason: str


@strawberry.type
class PaymentAdminQuery:
    @strawberry.field(extensions=[BY_ADMIN])
    async def payment(self, info: Info, id: strawberry.ID) -> AdminPayment | None:  # noqa: A002 - the argument's name
        row = await info.context.loader(payments_by_id).load(parse_id(id))
        return AdminPayment.from_row(row) if row else None

    @strawberry.field(extensions=[BY_ADMIN])
    async def payments(
        self,
        info: Info,
        filter: PaymentFilter = ALL,  # noqa: A002 - the argument's name
        order_by: PaymentOrder = PaymentOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminPayment]:
        async with info.context.database.reading() as session:
            page = await store.page_of_payments(
                session, filter.wanted(), order=order_by.value, first=first, after=after, count=wants_total(info)
            )
        return Connection.of(page, AdminPayment.from_row)


@strawberry.type
class PaymentAdminMutation:
    @strawberry.mutation(description="Gives back a part by hand; never more than is left.", extensions=[BY_ADMIN])
    async def refund_payment(self, info: Info, input: RefundPaymentInput) -> AdminPayment:  # noqa: A002 - its name
        async with info.context.database.transaction(by=info.context.principal.user_id) as session:
            payment = await request_refund_by_hand(
                session,
                info.context.cache,
                parse_id(input.payment_id, "paymentId"),
                key=str(input.idempotency_key),
                amount=input.amount,
                reason=input.reason,
            )
        return AdminPayment.from_row(payment)

    @strawberry.mutation(description="The money went back by another way: records it.", extensions=[BY_ADMIN])
    async def settle_refund_by_hand(self, info: Info, refund_id: strawberry.ID, note: str) -> AdminRefund:
        async with info.context.database.transaction(by=info.context.principal.user_id) as session:
            refund = await settle_refund_by_hand(session, parse_id(refund_id, "refundId"), note)
        return AdminRefund.from_row(refund)

    @strawberry.mutation(description="Asks the provider how the payment stands and acts on it.", extensions=[BY_ADMIN])
    async def reconcile_payment(self, info: Info, payment_id: strawberry.ID) -> AdminPayment:
        context = info.context
        payment = await reconcile_on_request(
            context.database, context.cache, context.resources[PortOne], parse_id(payment_id, "paymentId")
        )
        return AdminPayment.from_row(payment)
