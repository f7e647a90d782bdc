"""Ids: version 7, in the order they were made; what a client writes is checked."""

from uuid import UUID, uuid4

import pytest

from chassis.errors import FieldError, InvalidInput
from chassis.ids import parse_id, uuid7


def test_ids_are_of_version_7() -> None:
    assert uuid7().version == 7


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_read_from_text() -> None:
    given = uuid4()
    assert parse_id(str(given)) == given


@pytest.mark.parametrize("text", ["", "7", "not-a-uuid", "00000000-0000-0000-0000-00000000000g", "é" * 32])
def test_what_is_no_id_is_refused_on_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_id(text, "couponId")
    assert refused.value.fields == (FieldError("couponId", "NOT_A_UUID"),)


def test_an_id_keeps_its_value_however_it_is_written() -> None:
    plain = UUID("0190a0b0-0000-7000-8000-000000000001")
    assert parse_id(str(plain).upper()) == plain
