"""The bench of pushes still runs, and everybody is told. How soon is the machine's affair, and not asked here."""

import re

import pytest

from bench.push import __main__ as push

pytestmark = [pytest.mark.usefixtures("few"), pytest.mark.slow]


def test_a_few_watchers_are_told_through_the_gateway(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "SPREAD_SECONDS", 0.5)
    assert push.main(["--watchers", "20", "--only", "local gateway"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^local gateway, all at once: 20 told in", said, re.MULTILINE)
    assert re.search(r"^local gateway, 40 a second: 20 told in", said, re.MULTILINE)
