"""What is true of refunds, without any database or provider."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chassis.errors import InvalidInput
from subgraphs.payment.provider.snapshot import Cancellation, Outcome, RefundAccount, Snapshot, State
from subgraphs.payment.refunds import rules
from tests.payment.rows import HUNDRED, NOW, cancellation, paid, refund


@pytest.mark.parametrize(
    ("refunded", "refunding", "amount", "refusal"),
    [
        (0, 0, 100, None),
        (0, 0, 101, "REFUND_EXCEEDS_PAYMENT"),
        (60, 0, 40, None),
        (60, 0, 41, "REFUND_EXCEEDS_PAYMENT"),
        (30, 30, 40, None),
        (30, 30, 41, "REFUND_EXCEEDS_PAYMENT"),
        (0, 0, 0, "NOT_AN_AMOUNT"),
    ],
)
def test_no_more_goes_back_than_came(refunded: int, refunding: int, amount: int, refusal: str | None) -> None:
    row = paid(refunded=Decimal(refunded), refunding=Decimal(refunding))
    assert rules.refusal_to_refund(row, Decimal(amount)) == refusal


def test_parts_of_a_minor_unit_are_no_amount() -> None:
    assert rules.refusal_to_refund(paid(), Decimal("0.5")) == "NOT_AN_AMOUNT"
    assert rules.refusal_to_refund(paid(paid_currency="EUR"), Decimal("0.5")) is None


def test_a_refund_under_way_is_sent_before_any_other() -> None:
    waiting = refund(try_at=NOW)
    under_way = refund(key="k", cancellable=HUNDRED, try_at=NOW)
    assert rules.next_to_send([waiting, under_way], NOW) is under_way
    under_way.try_at = NOW + timedelta(seconds=1)
    assert rules.next_to_send([waiting, under_way], NOW) is None
    under_way.settled_at = NOW
    assert rules.next_to_send([waiting, under_way], NOW) is waiting


def holding(*cancellations: Cancellation) -> Snapshot:
    return Snapshot(State.PAID, "PAID", currency="KRW", total=HUNDRED, paid_at=NOW, cancellations=cancellations)


def test_a_refund_is_recognised_among_the_providers_cancellations() -> None:
    ours = refund(key="k", cancellable=HUNDRED)
    assert rules.cancellation_of(ours, holding(), ()) is None
    assert rules.cancellation_of(ours, holding(cancellation("a", 39)), ()) is None
    assert rules.cancellation_of(ours, holding(cancellation("a", 40)), ("a",)) is None
    assert rules.cancellation_of(ours, holding(cancellation("a", 40, Outcome.FAILED)), ()) is None
    lost = cancellation("b", 40, Outcome.REQUESTED)
    assert rules.cancellation_of(ours, holding(cancellation("a", 40), lost), ("a",)) is lost
    ours.cancellation_id = "c"
    assert rules.cancellation_of(ours, holding(cancellation("a", 40)), ("c",)) is None
    failed = cancellation("c", 40, Outcome.FAILED)
    assert rules.cancellation_of(ours, holding(failed), ("c",)) is failed


def test_refunds_are_tried_again_ever_more_rarely() -> None:
    waits = [rules.retry_refund_after(attempts) for attempts in (0, 1, 2, 40, 5_000)]
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)] + [timedelta(hours=6)] * 2


@pytest.mark.parametrize(
    ("bank", "number", "holder", "wrong"),
    [
        ("SHINHAN", "110-123-456", "Kim", []),
        ("shinhan", "110-123-456", "Kim", ["bank"]),
        ("NO_BANK", "110-123-456", "Kim", ["bank"]),
        ("SHINHAN", "1", "", ["number", "holder"]),
        ("SHINHAN", "110 123 456", "K\0m", ["number", "holder"]),
        ("SHINHAN", "1" * 31, "K" * 51, ["number", "holder"]),
    ],
)
def test_a_bank_account_has_a_form(bank: str, number: str, holder: str, wrong: list[str]) -> None:
    account = RefundAccount(bank, number, holder)
    if not wrong:
        rules.ensure_account(account)
        return
    with pytest.raises(InvalidInput) as refused:
        rules.ensure_account(account)
    assert [each.field for each in refused.value.fields] == wrong
