"""The clock everything reads: always called as `clock.now()`, so that a test has one place to turn it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The instant it is, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The calendar day it is in `zone`."""
    return now().astimezone(zone).date()
