"""The texts people send: what of them can be stored."""

from chassis.errors import FieldError, InvalidInput


def ensure_text(field: str, text: str, longest: int) -> None:
    wrong = wrong_text(text, longest)
    if wrong is not None:
        raise InvalidInput(f"A text of 1 to {longest} characters is wanted.", [FieldError(field, wrong)])


def wrong_text(text: str, longest: int) -> str | None:
    if not text.strip():
        return "EMPTY"
    if len(text) > longest:
        return "TOO_LONG"
    # PostgreSQL stores neither the null character nor half a surrogate pair.
    unstorable = "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
    return "NOT_TEXT" if unstorable else None
