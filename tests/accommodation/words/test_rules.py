"""What counts as the same word."""

import unicodedata

import pytest

from subgraphs.accommodation.words.rules import LONGEST_WORD, Likeness, letters_of, likeness, meanings, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Blue House", ["blue", "house"]),
        ("Grünerløkka ÆØÅ", ["grunerlokka", "aeoa"]),
        ("Straße, STRASSE", ["strasse"]),
        ("  cosy—cosy; (cosy) ", ["cosy"]),
        ("2-roms m/balkong 40m²", ["2", "roms", "m", "balkong", "40m2"]),
        ("snake_case 100%", ["snake", "case", "100"]),
        ("!?… \0 '\"--", []),
        ("", []),
    ],
)
def test_words_have_neither_case_nor_accents(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_hangul_comes_apart_into_letters_the_same_however_it_was_typed() -> None:
    whole, apart = "해운대", unicodedata.normalize("NFD", "해운대")
    assert whole != apart
    assert words_of(whole) == words_of(apart)
    assert [len(word) for word in words_of(whole)] == [7]


def test_words_of_several_texts_come_once_in_order_and_are_cut() -> None:
    assert words_of("b a", "a c") == ["b", "a", "c"]
    assert words_of("x" * 500) == ["x" * LONGEST_WORD]


def test_letters_of_a_word_do_not_know_their_places() -> None:
    assert letters_of("oslo") == letters_of("solo") == "loos"


@pytest.mark.parametrize(
    ("asked", "known", "edits", "how"),
    [
        ("oslo", "oslo", 0, Likeness.SAME),
        ("gru", "grunerlokka", 3, Likeness.BEGINNING),
        ("lokka", "grunerlokka", 3, Likeness.CONTAINED),
        ("ka", "grunerlokka", 3, None),
        ("frognr", "frogner", 1, Likeness.MISSPELLED),
        ("fronger", "frogner", 2, Likeness.MISSPELLED),
        ("olso", "oslo", 2, Likeness.MISSPELLED),
        ("apartmant", "apartment", 1, Likeness.MISSPELLED),
        ("grunerloka", "grunnerlokka", 2, Likeness.MISSPELLED),
        ("frogner", "trenger", 2, None),
        ("bed", "bad", 1, None),
        ("oslo", "old", 2, None),
        ("grunerlokka", "frogner", 3, None),
    ],
)
def test_a_letter_or_two_may_be_wrong_in_words_that_are_long_enough(
    asked: str, known: str, edits: int, how: Likeness | None
) -> None:
    assert likeness(asked, known, edits) is how


def test_a_short_word_that_is_known_means_itself() -> None:
    alike = [("hotel", Likeness.SAME), ("hotels", Likeness.BEGINNING), ("motel", Likeness.MISSPELLED)]
    assert meanings("hotel", alike) == {Likeness.SAME: ["hotel"], Likeness.BEGINNING: ["hotels"]}
    assert meanings("hostel", [("hotel", Likeness.MISSPELLED)]) == {Likeness.MISSPELLED: ["hotel"]}
    long = [("frogner", Likeness.SAME), ("frognes", Likeness.MISSPELLED)]
    assert meanings("frogner", long) == {Likeness.SAME: ["frogner"], Likeness.MISSPELLED: ["frognes"]}
