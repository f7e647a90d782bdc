"""What payers do with their refunds."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from ..provider.snapshot import RefundAccount
from .provide_account import provide_refund_account
from .types import Refund


@strawberry.input
class ProvideRefundAccountInput:
    refund_id: strawberry.ID
    bank: str
    number: str
    holder: str


@strawberry.type
class RefundMutation:
    @strawberry.mutation
    async def provide_refund_account(self, info: Info, input: ProvideRefundAccountInput) -> Refund:  # noqa: A002 - the contract's name
        payer_id = info.context.principal.require_user()
        async with info.context.database.transaction(by=payer_id) as session:
            refund = await provide_refund_account(
                session,
                info.context.cache,
                payer_id,
                parse_id(input.refund_id, "refundId"),
                RefundAccount(bank=input.bank, number=input.number, holder=input.holder),
            )
        return Refund.from_row(refund)
