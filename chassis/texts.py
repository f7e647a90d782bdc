"""The texts people send: which are too short or too long, and which nothing could store."""

from unicodedata import category

from chassis.errors import FieldError


def wrong_text(field: str, text: str | None, longest: int, *, shortest: int = 0) -> list[FieldError]:
    """What is wrong with it, in one word: EMPTY, TOO_SHORT, TOO_LONG or NOT_TEXT.

    Blanks say nothing, nor does what nobody can see (of no width, or for direction alone); none is empty.
    """
    text = text or ""
    if shortest and all(each.isspace() or category(each) == "Cf" for each in text):
        return [FieldError(field, "EMPTY")]
    if not shortest <= len(text) <= longest:
        return [FieldError(field, "TOO_SHORT" if len(text) < shortest else "TOO_LONG")]
    return [] if is_storable(text) else [FieldError(field, "NOT_TEXT")]


def is_storable(text: str) -> bool:
    """PostgreSQL stores neither the null character nor half of a surrogate pair; JSON can carry both."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
