"""The bench of bookings still runs, everybody is served and the books agree. How soon is the machine's affair."""

import re

import pytest

from bench.bookings import __main__ as bookings

pytestmark = [pytest.mark.usefixtures("few"), pytest.mark.slow, pytest.mark.timeout(400)]


def test_a_few_guests_book_one_by_one_and_all_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings, "ROOM_TYPES", 2)
    assert bookings.main(["--one-by-one", "3", "--at-once", "4"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^one by one: 3 bookings in", said, re.MULTILINE)
    assert re.search(r"^all at once: 4 bookings in", said, re.MULTILINE)
    assert len(re.findall(r"^    payment\.open-payment +-?[\d.]+ +-?[\d.]+ +-?[\d.]+$", said, re.MULTILINE)) == 2
    assert "the books agree: 10 bookings (10 AWAITING_PAYMENT)" in said
