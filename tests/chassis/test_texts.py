"""Texts: each thing that can be wrong with one has one word, in every subgraph the same."""

import pytest

from chassis.errors import FieldError
from chassis.texts import is_storable, trimmed, wrong_name, wrong_text


@pytest.mark.parametrize(
    ("text", "shortest", "code"),
    [
        ("", 0, None),
        (None, 0, None),
        ("  ", 0, None),
        ("12345", 0, None),
        ("저기어때!", 3, None),
        ("\U0001f3d4" * 5, 1, None),
        ("", 1, "EMPTY"),
        (None, 1, "EMPTY"),
        (" \n\t\u3000", 1, "EMPTY"),
        ("  ", 3, "EMPTY"),
        ("\u200b\u202e \ufeff", 1, "EMPTY"),
        ("12", 3, "TOO_SHORT"),
        ("123456", 0, "TOO_LONG"),
        ("      ", 0, "TOO_LONG"),
        ("a\0b", 0, "NOT_TEXT"),
        ("a\ud83d", 1, "NOT_TEXT"),
        ("\udfff", 1, "NOT_TEXT"),
        ("\0" * 6, 0, "TOO_LONG"),
    ],
)
def test_each_thing_that_can_be_wrong_has_its_word(text: str | None, shortest: int, code: str | None) -> None:
    assert wrong_text("name", text, 5, shortest=shortest) == ([FieldError("name", code)] if code else [])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Mina O\u2019Neil 민아", None),
        ("family \U0001f468\u200d\U0001f469\u200d\U0001f467", None),
        ("\u05d0\u200f1", None),
        ("", "EMPTY"),
        ("Mina\nBcc: all@example.com", "NOT_TEXT"),
        ("Mina\u2028second line", "NOT_TEXT"),
        ("Mina\x1b[31m", "NOT_TEXT"),
        ("Mina \u202eanim", "NOT_TEXT"),
        ("Mina \u2067anim", "NOT_TEXT"),
        ("M" * 31, "TOO_LONG"),
    ],
)
def test_a_name_is_one_line_and_turns_nothing_beside_it(name: str, code: str | None) -> None:
    assert wrong_name("name", name, 30) == ([FieldError("name", code)] if code else [])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        (" \t\n\u3000", ""),
        (" \u200b\u202e ", ""),
        (" Two\n\nlines. \n", "Two\n\nlines."),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_blanks_say_nothing_and_are_not_kept_around_what_does(text: str, kept: str) -> None:
    assert trimmed(text) == kept


def test_whatever_postgresql_can_store_is_text() -> None:
    assert is_storable("\ud7ff\ue000\uffff\U0010ffff\x01\x7f")
    assert not is_storable("\0")
