"""The texts people send: what of them can be stored, and the keys by which a request is done once."""

from chassis.errors import DomainError, FieldError

LONGEST_KEY = 255


class IdempotencyMismatch(DomainError):
    code = "IDEMPOTENCY_MISMATCH"

    def __init__(self) -> None:
        super().__init__("This idempotency key was used for something else.")


def wrong_text(field: str, text: str, longest: int, *, empty: bool = False) -> list[FieldError]:
    if not empty and not text.strip():
        return [FieldError(field, "EMPTY")]
    if len(text) > longest:
        return [FieldError(field, "TOO_LONG")]
    # PostgreSQL stores neither the null character nor half a surrogate pair.
    unstorable = "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
    return [FieldError(field, "NOT_TEXT")] if unstorable else []
