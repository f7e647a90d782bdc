"""Amounts are cut to the currency's minor unit, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.money import from_minor, minor_units, round_down, to_minor

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=6)
CURRENCIES = st.sampled_from(["KRW", "EUR", "KWD", "CLF"])


@pytest.mark.parametrize(("currency", "digits"), [("KRW", 0), ("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_each_currency_has_its_minor_unit(currency: str, digits: int) -> None:
    assert minor_units(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("999.99", "KRW", "999"), ("-999.99", "KRW", "-999"), ("0.999", "EUR", "0.99"), ("1.2345", "KWD", "1.234")],
)
def test_amounts_are_cut_towards_zero(amount: str, currency: str, rounded: str) -> None:
    assert round_down(Decimal(amount), currency) == Decimal(rounded)


def test_a_large_amount_keeps_every_digit() -> None:
    amount = Decimal(123456789012345678901234567890123456789)
    assert round_down(amount, "EUR") == amount
    assert to_minor(amount, "EUR") == int(amount) * 100


@given(AMOUNTS, CURRENCIES)
def test_rounding_never_adds_and_never_takes_a_whole_minor_unit(amount: Decimal, currency: str) -> None:
    rounded = round_down(amount, currency)
    assert abs(rounded) <= abs(amount)
    assert abs(amount - rounded) < from_minor(1, currency)


@given(AMOUNTS, CURRENCIES)
def test_minor_units_and_back_is_the_same_amount(amount: Decimal, currency: str) -> None:
    rounded = round_down(amount, currency)
    assert from_minor(to_minor(rounded, currency), currency) == rounded


def test_a_fraction_of_a_minor_unit_has_no_count() -> None:
    with pytest.raises(ValueError, match=r"0\.5 KRW is not a whole number"):
        to_minor(Decimal("0.5"), "KRW")
