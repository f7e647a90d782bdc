"""The bench of nights still runs, and its books agree. How fast it is is the machine's affair, and not asked here."""

import re

import pytest

from bench.nights import __main__ as nights

pytestmark = [pytest.mark.usefixtures("few"), pytest.mark.slow]


def test_a_few_requests_are_measured_each_way_and_the_books_agree(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nights, "WARM", 20)
    assert nights.main(["--requests", "100", "--only", "hot", "mixed"]) == 0
    said = capsys.readouterr().out
    for way, many in (("together", 100), ("one each", 5), ("plain", 20)):
        assert re.search(rf"^{way}, hot: [\d,]+ decisions/s.*\n.*\n  the books agree: held {many}$", said, re.MULTILINE)
    assert re.search(r"^together, mixed: [\d,]+ decisions/s", said, re.MULTILINE)
    assert re.search(r"^hot: .* plain: [\d.]+ times, [\d.]+ by the processor$", said, re.MULTILINE)
