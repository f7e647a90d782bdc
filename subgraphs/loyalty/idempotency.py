"""The keys by which an administrator's request is done once."""

from chassis.errors import DomainError

LONGEST_KEY = 255


class IdempotencyMismatch(DomainError):
    code = "IDEMPOTENCY_MISMATCH"

    def __init__(self) -> None:
        super().__init__("This idempotency key was used for something else.")
