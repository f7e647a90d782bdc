"""What payers ask about their payments."""

from datetime import datetime
from functools import partial

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.types import Connection, wants_total

from ..ledger import tables
from ..settings import Settings
from . import store
from .loaders import own_payments_by_id
from .types import Payment, PaymentMethod, PaymentOrder, PaymentStatus


@strawberry.type
class PaymentQuery:
    @strawberry.field(description="Own payments only.")
    async def payment(self, info: Info, id: strawberry.ID) -> Payment | None:  # noqa: A002 - the argument's name
        row = await info.context.loader(own_payments_by_id).load(parse_id(id))
        return Payment.from_row(row, info.context.resources[Settings]) if row else None


@strawberry.federation.type(keys=["id"])
class Viewer:
    """The signed-in person, and what they paid; nobody gets another's."""

    id: strawberry.ID

    @strawberry.field
    async def payments(
        self,
        info: Info,
        *,
        statuses: list[PaymentStatus] | None = None,
        methods: list[PaymentMethod] | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        order_by: PaymentOrder = PaymentOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Payment] | None:
        wanted = store.Wanted(
            payer_id=parse_id(self.id),
            statuses=None if statuses is None else [tables.PaymentStatus(each.value) for each in statuses],
            methods=None if methods is None else [tables.PaymentMethod(each.value) for each in methods],
            created_from=created_from,
            created_to=created_to,
        )
        async with info.context.database.reading() as session:
            found = await store.page_of_payments(
                session, wanted, order=order_by.value, first=first, after=after, count=wants_total(info)
            )
        return Connection.of(found, partial(Payment.from_row, settings=info.context.resources[Settings]))

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Viewer | None":  # noqa: A002 - the key's name
        return cls(id=id) if parse_id(id) == info.context.principal.user_id else None
