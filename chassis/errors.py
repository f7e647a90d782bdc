"""The refusals every part of the product may utter: a message for people, a code and details for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal the client may read. Anything else that is raised is masked.

    `extensions` go to the client beside the code, in camelCase as the client reads them.
    """

    code: ClassVar[str] = "DOMAIN_ERROR"

    def __init__(self, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, Any] = extensions

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": self.code, **self.details}


class NotFound(DomainError):
    code = "NOT_FOUND"


class Forbidden(DomainError):
    code = "FORBIDDEN"


class Unauthenticated(DomainError):
    code = "UNAUTHENTICATED"


class Conflict(DomainError):
    code = "CONFLICT"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one input: `field` is its path as the client wrote it, `code` a word for programs."""

    field: str
    code: str


class InvalidInput(DomainError):
    code = "INVALID_INPUT"

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message, fields=[{"field": each.field, "code": each.code} for each in fields])
        self.fields = tuple(fields)


class RateLimited(DomainError):
    """`retry_after` is in seconds."""

    code = "RATE_LIMITED"

    def __init__(self, retry_after: float, message: str = "Too many requests. Please try again later.") -> None:
        super().__init__(message, retryAfter=retry_after)


class Unavailable(DomainError):
    """Something needed is away for now; `retry_after` is in seconds."""

    code = "UNAVAILABLE"

    def __init__(self, retry_after: float = 1, message: str = "Not available right now. Please try again.") -> None:
        super().__init__(message, retryAfter=retry_after)
