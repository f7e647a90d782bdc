"""What nobody could book, codes one can read out, and amounts that add up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.booking.bookings.rules import (
    CODE_ALPHABET,
    CODES,
    BookingRequest,
    code_for,
    ensure_possible,
    fingerprint_of,
    total_for,
)

REQUEST = BookingRequest(
    idempotency_key="key",
    room_type_id=uuid7(),
    check_in=date(2026, 5, 1),
    check_out=date(2026, 5, 3),
    guests=2,
    rooms=1,
    guest_name="Kim Minji",
    guest_phone="010-1234-5678",
    guest_number="+821012345678",
)


def refused_fields(**changed: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refusal:
        ensure_possible(replace(REQUEST, **changed))
    return [(each.field, each.code) for each in refusal.value.fields]


def test_what_can_be_asked_for_is_not_refused() -> None:
    ensure_possible(REQUEST)
    ensure_possible(
        replace(
            REQUEST,
            idempotency_key="k" * 255,
            guest_name="n" * 100,
            guest_phone="1" * 30,
            special_requests="a cot,\nplease",
            guests=1_000_000,
            rooms=1_000_000,
            points=2**31 - 1,
            expected_total=Decimal(0),
        )
    )


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"check_out": date(2026, 5, 1)}, "checkOut", "NOT_AFTER_CHECK_IN"),
        ({"check_out": date(2026, 4, 30)}, "checkOut", "NOT_AFTER_CHECK_IN"),
        ({"guests": 0}, "guests", "OUT_OF_RANGE"),
        ({"rooms": 0}, "rooms", "OUT_OF_RANGE"),
        ({"rooms": -1}, "rooms", "OUT_OF_RANGE"),
        ({"rooms": 1_000_001}, "rooms", "OUT_OF_RANGE"),
        ({"guests": 1_000_001}, "guests", "OUT_OF_RANGE"),
        ({"points": -1}, "points", "OUT_OF_RANGE"),
        ({"idempotency_key": ""}, "idempotencyKey", "EMPTY"),
        ({"idempotency_key": "k" * 256}, "idempotencyKey", "TOO_LONG"),
        ({"guest_name": ""}, "guestName", "EMPTY"),
        ({"guest_name": "n" * 101}, "guestName", "TOO_LONG"),
        ({"guest_name": "Kim\0Minji"}, "guestName", "NOT_TEXT"),
        ({"guest_name": "Kim \ud800"}, "guestName", "NOT_TEXT"),
        ({"guest_phone": "12"}, "guestPhone", "TOO_SHORT"),
        ({"guest_phone": "1" * 31}, "guestPhone", "TOO_LONG"),
        ({"guest_phone": "abc", "guest_number": ""}, "guestPhone", "NOT_A_PHONE_NUMBER"),
        ({"guest_phone": "", "guest_number": ""}, "guestPhone", "EMPTY"),
        ({"special_requests": "r" * 1001}, "specialRequests", "TOO_LONG"),
        ({"expected_total": Decimal(-1)}, "expectedTotal", "OUT_OF_RANGE"),
        ({"expected_total": Decimal("NaN")}, "expectedTotal", "OUT_OF_RANGE"),
        ({"expected_total": Decimal("1E+20")}, "expectedTotal", "OUT_OF_RANGE"),
    ],
)
def test_what_nobody_could_book_is_refused_by_field(changed: dict[str, Any], field: str, code: str) -> None:
    assert refused_fields(**changed) == [(field, code)]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert refused_fields(guests=0, rooms=0, guest_name="") == [
        ("guests", "OUT_OF_RANGE"),
        ("rooms", "OUT_OF_RANGE"),
        ("guestName", "EMPTY"),
    ]


def test_the_same_request_has_the_same_fingerprint_however_the_amount_is_written() -> None:
    asked = replace(REQUEST, expected_total=Decimal(110000))
    assert fingerprint_of(asked) == fingerprint_of(replace(asked, expected_total=Decimal("1.1E+5")))
    assert fingerprint_of(asked) == fingerprint_of(replace(asked, expected_total=Decimal("110000.00")))
    assert fingerprint_of(asked) == fingerprint_of(replace(asked, idempotency_key="another"))


@pytest.mark.parametrize(
    "changed",
    [
        {"room_type_id": uuid7()},
        {"check_in": date(2026, 4, 30)},
        {"check_out": date(2026, 5, 4)},
        {"guests": 3},
        {"rooms": 2},
        {"guest_name": "Kim Minju"},
        {"guest_phone": "010-1234-5679"},
        {"special_requests": "late"},
        {"user_coupon_id": uuid7()},
        {"points": 1},
        {"expected_total": Decimal(110000)},
    ],
)
def test_each_part_of_a_request_is_in_its_fingerprint(changed: dict[str, Any]) -> None:
    assert fingerprint_of(replace(REQUEST, **changed)) != fingerprint_of(REQUEST)


def test_codes_have_eight_letters_that_cannot_be_taken_for_each_other() -> None:
    assert code_for(0) == "22222222"
    assert code_for(CODES - 1) == "ZZZZZZZZ"
    assert code_for(1) == "22222223"
    assert not set("01ILOU") & set(CODE_ALPHABET)
    assert len(set(CODE_ALPHABET)) == 30


def test_the_total_is_what_coupon_and_points_leave() -> None:
    assert total_for(Decimal(110000), Decimal(10000), 500) == Decimal(99500)
    assert total_for(Decimal("10.50"), Decimal("0.50"), 10) == Decimal(0)


def test_more_taken_off_than_there_is_to_pay_is_an_error() -> None:
    with pytest.raises(ValueError, match="more than the subtotal"):
        total_for(Decimal(100), Decimal(60), 41)
