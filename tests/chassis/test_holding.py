"""Holding: which queues wait, and for how long after a failure."""

import asyncio
from collections.abc import Callable

import pytest

from chassis.holding import Holding


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, Callable[[], None]]]:
    """What was to be done later, to be done now."""
    waiting: list[tuple[float, Callable[[], None]]] = []

    class Timer:
        def cancel(self) -> None:
            waiting.clear()

    class Loop:
        def call_later(self, delay: float, do: Callable[..., None], *arguments: object) -> Timer:
            waiting.append((delay, lambda: do(*arguments)))
            return Timer()

    monkeypatch.setattr(asyncio, "get_running_loop", Loop)
    monkeypatch.setattr("chassis.backoff.random.uniform", lambda _low, high: high)
    return waiting


def test_what_was_sent_is_free_at_once() -> None:
    freed: list[str] = []
    holding = Holding(lambda: freed.append("called"))
    holding.hold(["a", "b"])
    holding.release(["a"])
    assert holding.queues == {"b"}
    assert freed == ["called"]


def test_what_failed_waits_longer_each_time(timers: list[tuple[float, Callable[[], None]]]) -> None:
    freed: list[str] = []
    holding = Holding(lambda: freed.append("called"))
    delays = []
    for _ in range(9):
        holding.hold(["a"])
        holding.hold_back(["a"])
        assert holding.queues == {"a"}
        delay, over = timers.pop()
        delays.append(delay)
        over()
        assert holding.queues == set()
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10, 10]
    assert len(freed) == 9


def test_after_success_the_waiting_begins_anew(timers: list[tuple[float, Callable[[], None]]]) -> None:
    holding = Holding(lambda: None)
    for _ in range(3):
        holding.hold_back(["a"])
        timers.pop()[1]()
    holding.release(["a"])
    holding.hold_back(["a"])
    assert timers.pop()[0] == 0.2


def test_cleared_nothing_is_held_and_no_timer_frees_what_is_held_next(
    timers: list[tuple[float, Callable[[], None]]],
) -> None:
    holding = Holding(lambda: None)
    holding.hold(["a", "b"])
    holding.hold_back(["a"])
    holding.clear()
    assert holding.queues == set()
    assert timers == []
