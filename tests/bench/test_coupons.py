"""The bench of coupons still runs, and its books agree. How fast it is is the machine's affair, and not asked here."""

import re

import pytest

from bench.coupons import __main__ as coupons

pytestmark = [pytest.mark.usefixtures("few"), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coupons, "APIS", 1)
    monkeypatch.setattr(coupons, "WARM_PEOPLE", 10)
    monkeypatch.setattr(coupons, "STEADY_SECONDS", 0.2)


def test_a_small_rush_is_measured_and_its_books_agree(capsys: pytest.CaptureFixture[str]) -> None:
    assert coupons.main(["--people", "60", "--coupons", "20", "--only", "loyalty", "plain"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^loyalty: [\d,]+ decisions/s", said, re.MULTILINE)
    assert "the books agree on 20:" in said
    assert re.search(r"^plain: [\d,]+ decisions/s", said, re.MULTILINE)
    assert re.search(r"^[\d.]+ times the plain way$", said, re.MULTILINE)


def test_through_the_gateway_the_books_agree_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert coupons.main(["--people", "60", "--coupons", "20", "--only", "local gateway"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^local gateway, one API behind it: [\d,]+ decisions/s", said, re.MULTILINE)
    assert "the books agree on 4:" in said
