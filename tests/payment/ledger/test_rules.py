"""What is true of every payment, without any database."""

from decimal import Decimal

import pytest

from chassis.ids import uuid7
from subgraphs.payment.ledger import rules
from tests.payment.rows import paid, payment


@pytest.mark.parametrize(
    ("refunded", "status"), [(0, "PAID"), (1, "PARTIALLY_REFUNDED"), (99, "PARTIALLY_REFUNDED"), (100, "REFUNDED")]
)
def test_the_status_of_money_says_how_much_went_back(refunded: int, status: str) -> None:
    assert rules.status_of_money(paid(refunded=Decimal(refunded))) == status


def test_a_payment_is_its_payers_and_nobody_elses() -> None:
    mine = payment()
    assert rules.is_mine(mine, mine.payer_id)
    assert not rules.is_mine(mine, uuid7())
    assert not rules.is_mine(mine, None)
    assert not rules.is_mine(None, mine.payer_id)
