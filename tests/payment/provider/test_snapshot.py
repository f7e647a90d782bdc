"""What a payment at the provider says of itself."""

from decimal import Decimal

from subgraphs.payment.provider.snapshot import Outcome, Snapshot, State
from tests.payment.rows import HUNDRED, cancellation


def test_what_can_be_cancelled_is_neither_back_nor_on_its_way() -> None:
    snapshot = Snapshot(
        State.CANCELLED,
        "PARTIAL_CANCELLED",
        total=HUNDRED,
        cancelled=Decimal(10),
        cancellations=(
            cancellation("a", 10),
            cancellation("b", 20, Outcome.REQUESTED),
            cancellation("c", 30, Outcome.FAILED),
        ),
    )
    assert snapshot.cancellable == 70
