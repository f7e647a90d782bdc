"""Backoff: longer each time up to a limit, never the same for all."""

import pytest

from chassis.backoff import Backoff


def test_delays_double_up_to_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.backoff.random.uniform", lambda _low, high: high)
    backoff = Backoff(first=1, most=5)
    assert [backoff.delay() for _ in range(5)] == [1, 2, 4, 5, 5]


def test_after_success_it_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.backoff.random.uniform", lambda _low, high: high)
    backoff = Backoff(first=1, most=5)
    backoff.delay()
    backoff.delay()
    backoff.reset()
    assert backoff.delay() == 1


def test_each_delay_is_shortened_at_random_by_up_to_a_half() -> None:
    delays = [Backoff(first=1, most=1).delay() for _ in range(200)]
    assert all(0.5 <= delay <= 1 for delay in delays)
    assert max(delays) - min(delays) > 0.2
