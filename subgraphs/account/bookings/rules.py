"""What is true of a booking here: how far it is, so that what arrives late changes nothing, and whom it binds."""

from chassis.errors import DomainError

from .tables import LIVE

_FAR = {status: distance for distance, status in enumerate(LIVE)}


def is_further(status: str, known: str) -> bool:
    """Whether `status` comes after `known`. What is over is the end: nothing comes after that."""
    return known in _FAR and _FAR.get(status, len(_FAR)) > _FAR[known]


class HasBookings(DomainError):
    code = "HAS_BOOKINGS"

    def __init__(self) -> None:
        super().__init__("A booking is still live, as guest or as host. It has to be over or cancelled first.")
