"""Money in the graph is the money of the rules."""

from decimal import Decimal

from chassis import money
from chassis.types import Money


def test_money_keeps_amount_and_currency() -> None:
    amount = Decimal("12.50")
    assert Money.of(money.Money(amount, "EUR")) == Money(amount=amount, currency="EUR")
