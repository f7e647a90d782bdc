"""The texts people send: which are too short or too long, and which nothing could store."""

from unicodedata import category

from chassis.errors import FieldError, InvalidInput

_LONGEST_SEARCH = 200

# Embeddings, overrides and isolates of the bidirectional algorithm (UAX 9).
_TURNING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def wrong_text(field: str, text: str | None, longest: int, *, shortest: int = 0) -> list[FieldError]:
    """What is wrong with it, in one word: EMPTY, TOO_SHORT, TOO_LONG or NOT_TEXT.

    Blanks say nothing, nor does what nobody can see (of no width, or for direction alone); none is empty.
    """
    text = text or ""
    if shortest and _says_nothing(text):
        return [FieldError(field, "EMPTY")]
    if not shortest <= len(text) <= longest:
        return [FieldError(field, "TOO_SHORT" if len(text) < shortest else "TOO_LONG")]
    return [] if is_storable(text) else [FieldError(field, "NOT_TEXT")]


def wrong_name(field: str, name: str | None, longest: int) -> list[FieldError]:
    """As `wrong_text`, and NOT_TEXT where it is more than one line or turns the direction of what stands beside it:
    names are shown in the middle of pages and mails of ours.
    """
    wrong = wrong_text(field, name, longest, shortest=1)
    return wrong or ([FieldError(field, "NOT_TEXT")] if any(map(_breaks_out, name or "")) else [])


def ensure_searchable(text: str) -> None:
    """Raise InvalidInput for a `filter.text` that nothing stored can have in it."""
    if wrong := wrong_text("filter.text", text, _LONGEST_SEARCH):
        raise InvalidInput("This can't be looked for.", wrong)


def trimmed(text: str) -> str:
    """Without the blanks around it; empty where it says nothing: for what may be left empty."""
    return "" if _says_nothing(text) else text.strip()


def _says_nothing(text: str) -> bool:
    return all(each.isspace() or category(each) == "Cf" for each in text)


def _breaks_out(character: str) -> bool:
    return category(character) in {"Cc", "Zl", "Zp"} or character in _TURNING


def is_storable(text: str) -> bool:
    """PostgreSQL stores neither the null character nor half of a surrogate pair; JSON can carry both."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
