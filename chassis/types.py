"""The GraphQL types all subgraphs share: money and page information."""

from decimal import Decimal

import strawberry

from . import money
from .connections import Connection as Connection
from .connections import Edge as Edge
from .connections import PageInfo as PageInfo
from .connections import wants_total as wants_total


@strawberry.federation.type(shareable=True)
class Money:
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, value: money.Money) -> "Money":
        return cls(amount=value.amount, currency=value.currency)
