"""The GraphQL types all subgraphs share: money and page information."""

from decimal import Decimal

import strawberry

from chassis import money
from chassis.connections import Connection as Connection
from chassis.connections import Edge as Edge
from chassis.connections import PageInfo as PageInfo
from chassis.connections import wants_total as wants_total


@strawberry.federation.type(shareable=True)
class Money:
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, value: money.Money) -> "Money":
        return cls(amount=value.amount, currency=value.currency)
