"""What is looked for when people type words and parts of phone numbers."""

import pytest

from chassis.errors import FieldError, InvalidInput
from chassis.searches import Sought, sought_in


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("", []),
        ("  Kim \n Minji ", ["Kim", "Minji"]),
        ("Kim 010 1234 5678 Minji", ["Kim", "010 1234 5678", "Minji"]),
        ("(010) 1234.5678", ["(010) 1234.5678"]),
        ("+82 10 A7 22", ["+82 10", "A7", "22"]),
        ("1@a.example - 100%", ["1@a.example", "-", "100%"]),
    ],
)
def test_words_are_looked_for_one_by_one_and_those_of_a_number_together(text: str, typed: list[str]) -> None:
    assert [each.typed for each in sought_in(text, "KR")] == typed


def test_a_number_is_looked_for_as_typed_by_its_digits_and_from_the_country_code_on() -> None:
    [sought] = sought_in("010-1234", "KR")
    assert sorted(sought.patterns) == ["%+82101234%", "%010-1234%", "%0101234%"]


def test_what_stands_for_anything_stands_for_itself() -> None:
    assert Sought("50%_\\").patterns == ["%50\\%\\_\\\\%"]


@pytest.mark.parametrize(("text", "code"), [("x" * 201, "TOO_LONG"), ("\0", "NOT_TEXT")])
def test_what_can_not_be_looked_for_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        sought_in(text, "KR")
    assert refusal.value.fields == (FieldError("filter.text", code),)
