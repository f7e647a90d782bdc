"""The clock: aware, in UTC; days are those of a zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from chassis import clock


def test_now_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


@pytest.mark.parametrize(("zone", "day"), [("Asia/Seoul", 2), ("UTC", 1), ("America/New_York", 1)])
def test_today_is_the_day_of_the_zone(zone: str, day: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2030, 6, 1, 15, 30, tzinfo=UTC))
    assert clock.today(ZoneInfo(zone)) == date(2030, 6, day)
