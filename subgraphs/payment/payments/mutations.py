"""What payers do with their payments."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from ..settings import Settings
from .confirm import confirm_payment
from .portone import PortOne
from .provide_account import provide_refund_account
from .types import Payment, Refund


@strawberry.input
class ProvideRefundAccountInput:
    refund_id: strawberry.ID
    bank: str
    number: str
    holder: str


@strawberry.type
class PaymentMutation:
    @strawberry.mutation(
        description="Call when the payment window closes: asks the provider how the payment stands. "
        "Calling it again changes nothing."
    )
    async def confirm_payment(self, info: Info, payment_id: strawberry.ID) -> Payment:
        payer_id = info.context.principal.require_user()
        payment = await confirm_payment(
            info.context.database,
            info.context.cache,
            info.context.resources[PortOne],
            parse_id(payment_id, "paymentId"),
            payer_id,
        )
        return Payment.from_row(payment, info.context.resources[Settings])

    @strawberry.mutation
    async def provide_refund_account(self, info: Info, input: ProvideRefundAccountInput) -> Refund:  # noqa: A002 - the contract's name
        payer_id = info.context.principal.require_user()
        async with info.context.database.transaction(by=payer_id) as session:
            refund = await provide_refund_account(
                session,
                info.context.cache,
                payer_id,
                parse_id(input.refund_id, "refundId"),
                bank=input.bank,
                number=input.number,
                holder=input.holder,
            )
        return Refund.from_row(refund)
