"""The sweeper: holds whose time is long over are let go, once, by whichever worker comes first."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.calendar.tables import HoldStatus
from subgraphs.accommodation.jobs import let_go_overdue_holds
from subgraphs.accommodation.settings import Settings


def settings_of(accommodation: SubgraphUnderTest) -> Settings:
    return accommodation.resources[Settings]


async def test_a_hold_is_kept_for_five_minutes_after_its_time_and_then_let_go(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command)
    now, settings = clock.now, settings_of(accommodation)
    early, late = ask.due_at + timedelta(minutes=4, seconds=59), ask.due_at + timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: early)
    await let_go_overdue_holds(accommodation.database, settings)
    assert await places.nights(room_type) == [(1, 0)]
    monkeypatch.setattr(clock, "now", lambda: late)
    await let_go_overdue_holds(accommodation.database, settings)
    await let_go_overdue_holds(accommodation.database, settings)
    monkeypatch.setattr(clock, "now", now)
    assert await places.nights(room_type) == [(0, 0)]
    assert (await places.hold_of(command["booking_id"])).status == HoldStatus.LAPSED
    assert await ask.answers() == []


async def test_confirmed_and_extended_holds_are_left_alone(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_type = await places.add_room(units=2, days=1)
    sold, extended = ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", sold, extended)
    await ask("confirm-hold", sold)
    await ask("extend-hold", extended | {"due_at": ask.due_at + timedelta(days=1)})
    later = ask.due_at + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    await let_go_overdue_holds(accommodation.database, settings_of(accommodation))
    assert await places.nights(room_type) == [(1, 1)]


async def test_many_workers_let_each_hold_go_once(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_type = await places.add_room(units=450, days=2)
    await ask("hold-nights", *(ask.hold(room_type.id, 0, 2) for _ in range(450)))
    later = ask.due_at + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    settings = settings_of(accommodation)
    await asyncio.gather(*(let_go_overdue_holds(accommodation.database, settings) for _ in range(4)))
    # What a worker skipped because another was at it is let go by that other one, or by the next round.
    await let_go_overdue_holds(accommodation.database, settings)
    assert await places.nights(room_type) == [(0, 0), (0, 0)]
