"""When a place may go on sale or off it."""

from collections.abc import Iterable
from uuid import UUID

from chassis.errors import Conflict, DomainError

from ..calendar.tables import Night


class HasBookings(DomainError):
    """`date` is the first night ahead that somebody holds or has bought."""

    code = "HAS_BOOKINGS"

    def __init__(self, night: Night) -> None:
        super().__init__(f"The night of {night.date} is booked or about to be.", date=str(night.date))


class NoRoomType(Conflict):
    def __init__(self) -> None:
        super().__init__("A place on sale has a room type: create one before it is published.")


class HostHasLeft(Conflict):
    def __init__(self) -> None:
        super().__init__("The host's account was deleted: nothing of theirs goes on sale again.")


class LastRoomType(Conflict):
    def __init__(self) -> None:
        super().__init__("A place on sale has a room type: withdraw the place before its last one is deleted.")


def ensure_nothing_booked(nights: Iterable[Night]) -> None:
    """`nights` are those ahead, the earliest of a room type first."""
    taken = [night for night in nights if night.held + night.sold]
    if taken:
        raise HasBookings(min(taken, key=lambda night: night.date))


def of_host(user_id: UUID) -> str:
    """The name of the lock under which a host's places go on sale, and which is waited for as the host leaves."""
    return f"accommodation:host:{user_id}"
