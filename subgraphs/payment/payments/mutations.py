"""What payers do with their payments."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from ..provider.portone import PortOne
from ..settings import Settings
from .confirm import confirm_payment
from .types import Payment


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
            at_most=info.context.resources[Settings].confirms_per_minute,
        )
        return Payment.from_row(payment, info.context.resources[Settings])
