"""Answers become JSON that loses nothing and hides nothing."""

from decimal import Decimal

import pytest

from chassis.answers import encoded


def test_a_decimal_is_a_number_with_all_its_digits() -> None:
    amount = Decimal("12345678901234567890.1234567890")
    assert encoded({"data": {"amount": amount}}) == b'{"data":{"amount":12345678901234567890.123456789}}'


def test_text_is_written_in_utf_8() -> None:
    assert encoded({"name": "저기어때"}) == '{"name":"저기어때"}'.encode()


def test_what_no_scalar_has_made_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        encoded({"data": object()})
