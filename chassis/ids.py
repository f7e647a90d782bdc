"""Identifiers: UUIDs of version 7, which sort by the time they were made."""

from uuid import UUID

import uuid_utils

from chassis.errors import FieldError, InvalidInput


def uuid7() -> UUID:
    return UUID(bytes=uuid_utils.uuid7().bytes)


def parse_id(text: str, field: str = "id") -> UUID:
    """The UUID that a client wrote; anything else is refused as NOT_A_UUID on `field`."""
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(f"{field} is not a UUID.", [FieldError(field, "NOT_A_UUID")]) from error
