"""Changing an event: texts always, times before it opens; whatever dies in between, and however many do it at once."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.gate import Gate, Keys, microseconds
from subgraphs.loyalty.coupon_events.prepare import prepare_gate
from subgraphs.loyalty.coupon_events.rules import CouponEventStatus
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import ADMIN, CLOSE_EVENT, ask, create_event
from tests.loyalty.coupon_events.changes import (
    away,
    create_scheduled,
    delete,
    dying,
    finish,
    hours,
    instant_of,
    pass_time,
    read,
    same,
    update,
)


def microseconds_of(instant: str) -> int:
    return microseconds(instant_of(instant))


async def forget_gate(subgraph: SubgraphUnderTest, event: UUID) -> None:
    """As a rebuilder begins: with a new generation."""
    async with subgraph.database.transaction() as session:
        row = await store.lock_event(session, event)
        row.gate_written_at = row.gate_opened_at = None
        await session.flush()
        await store.begin_gate(session, event, clock.now())


async def gate_times(subgraph: SubgraphUnderTest, event: UUID) -> list[int]:
    return [int(each or 0) for each in await subgraph.cache.redis.hmget(Keys(event).gate, ["opens", "closes"])]


async def test_before_it_opens_everything_can_change(subgraph: SubgraphUnderTest) -> None:
    event, opens, closes = await create_scheduled(subgraph), hours(3), hours(4)
    answer = await update(subgraph, event, name="New", description="Newer", opensAt=opens, closesAt=closes)
    assert answer.errors == []
    found = answer.data["updateCouponEvent"]
    assert (found["name"], found["description"], found["status"]) == ("New", "Newer", "SCHEDULED")
    assert same(found["opensAt"], opens)
    assert same(found["closesAt"], closes)
    assert found["updatedBy"] == {"id": str(ADMIN)}


async def test_the_gate_goes_by_the_new_times_at_once(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_scheduled(subgraph), uuid7()
    assert (await issue(subgraph, event, person))["rejection"] == "NOT_OPEN_YET"
    assert (await update(subgraph, event, opensAt=hours(-1))).errors == []
    assert (await issue(subgraph, event, person))["status"] == "PENDING"


@pytest.mark.parametrize("status", ["OPEN", "SOLD_OUT", "CLOSED", "ENDED"])
async def test_texts_change_whenever_one_likes_and_times_no_more(subgraph: SubgraphUnderTest, status: str) -> None:
    event = await create_event(subgraph, quantity=1)
    if status == "SOLD_OUT":
        await issue(subgraph, event, uuid7())
    if status == "CLOSED":
        await ask(subgraph, CLOSE_EVENT, id=str(event))
    if status == "ENDED":
        await pass_time(subgraph, event, hours=1)
    before, times = await read(subgraph, event), await gate_times(subgraph, event)
    answer = await update(subgraph, event, name="Refused", opensAt=hours(1), closesAt=hours(2))
    assert answer.codes == ["EVENT_STARTED"]
    assert (await read(subgraph, event), await gate_times(subgraph, event)) == (before, times)
    given = {"opensAt": before["opensAt"], "closesAt": before["closesAt"]}
    assert (await update(subgraph, event, name="New", **given)).errors == []
    after = await read(subgraph, event)
    assert (after["name"], after["status"], after["closesAt"]) == ("New", status, before["closesAt"])


async def test_what_has_opened_by_redis_clock_is_refused_whatever_the_clock_here_says(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await create_event(subgraph)
    before, times = await read(subgraph, event), await gate_times(subgraph, event)
    with monkeypatch.context() as slow:
        slow.setattr("subgraphs.loyalty.coupon_events.update.status_of", lambda *_: CouponEventStatus.SCHEDULED)
        answer = await update(subgraph, event, name="Refused", closesAt=hours(5))
    assert answer.codes == ["EVENT_STARTED"]
    assert (await read(subgraph, event), await gate_times(subgraph, event)) == (before, times)
    assert (await update(subgraph, event, name="New")).errors == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": " "}, "name", "EMPTY"),
        ({"name": "x" * 201}, "name", "TOO_LONG"),
        ({"description": "x" * 5_001}, "description", "TOO_LONG"),
        ({"name": "\0"}, "name", "NOT_TEXT"),
        ({"opensAt": -1, "closesAt": -2}, "closesAt", "NOT_AFTER_OPENING"),
        ({"opensAt": -2, "closesAt": -1}, "closesAt", "IN_THE_PAST"),
        ({"opensAt": 3}, "closesAt", "NOT_AFTER_OPENING"),
        ({"closesAt": 24 * 31}, "closesAt", "NOT_BEFORE_THE_COUPON_ENDS"),
    ],
)
async def test_what_makes_no_event_is_refused(
    subgraph: SubgraphUnderTest, changes: dict[str, Any], field: str, code: str
) -> None:
    event = await create_scheduled(subgraph)
    before, times = await read(subgraph, event), await gate_times(subgraph, event)
    given = {key: hours(value) if isinstance(value, int) else value for key, value in changes.items()}
    answer = await update(subgraph, event, **given)
    assert answer.errors[0]["extensions"] == {"code": "INVALID_INPUT", "fields": [{"field": field, "code": code}]}
    assert (await read(subgraph, event), await gate_times(subgraph, event)) == (before, times)


async def test_changing_nothing_changes_nothing(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    before = await read(subgraph, event)
    assert (await update(subgraph, event)).errors == []
    assert (await update(subgraph, event, name=before["name"], opensAt=before["opensAt"])).errors == []
    assert await read(subgraph, event) == before


@pytest.mark.parametrize("after", [False, True])
async def test_what_a_crash_left_is_finished(subgraph: SubgraphUnderTest, *, after: bool) -> None:
    event, closes = await create_scheduled(subgraph), hours(4)
    before = await read(subgraph, event)
    with dying("change_times", after=after):
        assert (await update(subgraph, event, name="New", closesAt=closes)).codes == ["INTERNAL"]
    assert await read(subgraph, event) == before
    await finish(subgraph)
    found = await read(subgraph, event)
    assert (found["name"], same(found["closesAt"], closes)) == ("New", True)
    assert found["updatedBy"] == {"id": str(ADMIN)}
    assert (await gate_times(subgraph, event))[1] == microseconds_of(closes)


async def test_what_the_gate_applied_is_recorded_though_it_has_opened_since(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    with dying("change_times", after=True):
        await update(subgraph, event, name="Opened", opensAt=hours(-1))
    assert (await issue(subgraph, event, uuid7()))["status"] == "PENDING"
    await finish(subgraph)
    found = await read(subgraph, event)
    assert (found["name"], found["status"]) == ("Opened", "OPEN")


async def test_what_had_opened_before_it_was_finished_is_refused_and_nothing_of_it_is_done(
    subgraph: SubgraphUnderTest,
) -> None:
    event = await create_scheduled(subgraph)
    name = (await read(subgraph, event))["name"]
    with dying("change_times", after=False):
        assert (await update(subgraph, event, name="Refused", closesAt=hours(5))).codes == ["INTERNAL"]
    await pass_time(subgraph, event, hours=1)
    before = await read(subgraph, event)
    assert (before["name"], before["status"]) == (name, "OPEN")
    assert (await issue(subgraph, event, uuid7()))["status"] == "PENDING"
    await finish(subgraph)
    assert await read(subgraph, event) == before
    assert (await update(subgraph, event, name="New")).errors == []


async def test_with_redis_away_it_is_kept_and_made_when_it_is_back(subgraph: SubgraphUnderTest) -> None:
    event, closes = await create_scheduled(subgraph), hours(4)
    before = await read(subgraph, event)
    with away("change_times"):
        assert (await update(subgraph, event, closesAt=closes)).codes == ["UNAVAILABLE"]
        # One comes after the other: the next waits for this one, and is not kept.
        assert (await update(subgraph, event, name="Not kept")).codes == ["UNAVAILABLE"]
        assert await read(subgraph, event) == before
    await finish(subgraph)
    found = await read(subgraph, event)
    assert (found["name"], same(found["closesAt"], closes)) == (before["name"], True)


async def test_who_asks_next_makes_what_was_left_first(subgraph: SubgraphUnderTest) -> None:
    event, closes = await create_scheduled(subgraph), hours(4)
    with away("change_times"):
        await update(subgraph, event, name="First", closesAt=closes)
    assert (await update(subgraph, event, description="Second")).errors == []
    found = await read(subgraph, event)
    assert (found["name"], found["description"], same(found["closesAt"], closes)) == ("First", "Second", True)


async def test_a_gate_that_was_made_anew_meanwhile_is_told_as_well(subgraph: SubgraphUnderTest) -> None:
    """The new one is made of a row that did not say it yet."""
    event, closes, gate = await create_scheduled(subgraph), hours(4), subgraph.resources[Gate]
    change = Gate.change_times

    async def overtaken(self: Gate, asked: Any) -> Any:
        applied = await change(self, asked)
        await forget_gate(subgraph, event)
        return applied

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Gate, "change_times", overtaken)
        assert (await update(subgraph, event, closesAt=closes)).codes == ["UNAVAILABLE"]
    await prepare_gate(subgraph.database, gate, event)
    assert (await gate_times(subgraph, event))[1] != microseconds_of(closes)
    await finish(subgraph)
    assert same((await read(subgraph, event))["closesAt"], closes)
    assert (await gate_times(subgraph, event))[1] == microseconds_of(closes)


async def test_many_at_once_come_one_after_the_other_and_none_is_lost(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    wishes: list[dict[str, Any]] = [{"closesAt": hours(2 + at)} for at in range(1, 7)]
    wishes += [{"name": "New"}, {"description": "New"}]
    answers = await asyncio.gather(*(update(subgraph, event, **wish) for wish in wishes))
    done = [wish for wish, answer in zip(wishes, answers, strict=True) if not answer.errors]
    assert {code for answer in answers for code in answer.codes} <= {"CONFLICT"}
    found = await read(subgraph, event)
    times = [wish["closesAt"] for wish in done if "closesAt" in wish]
    assert any(same(found["closesAt"], each) for each in times)
    assert (found["name"] == "New") == ({"name": "New"} in done)
    assert (found["description"] == "New") == ({"description": "New"} in done)
    assert (await gate_times(subgraph, event))[1] == microseconds_of(found["closesAt"])


async def test_two_that_settle_one_change_do_not_undo_the_next(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is slow: by the time it reaches the gate, another has settled its change and made one of its own."""
    event, first, second = await create_scheduled(subgraph), hours(4), hours(5)
    reached, go = asyncio.Event(), asyncio.Event()
    change = Gate.change_times

    async def slow(self: Gate, asked: Any) -> Any:
        if not reached.is_set():
            reached.set()
            await go.wait()
        return await change(self, asked)

    monkeypatch.setattr(Gate, "change_times", slow)
    asking = asyncio.create_task(update(subgraph, event, closesAt=first))
    await reached.wait()
    assert (await update(subgraph, event, closesAt=second)).errors == []
    go.set()
    assert (await asking).errors == []
    assert same((await read(subgraph, event))["closesAt"], second)
    assert (await gate_times(subgraph, event))[1] == microseconds_of(second)


async def test_what_is_not_there_is_not_found(subgraph: SubgraphUnderTest) -> None:
    assert (await update(subgraph, uuid7(), name="New")).codes == ["NOT_FOUND"]
    event = await create_scheduled(subgraph)
    await delete(subgraph, event)
    assert (await update(subgraph, event, name="New")).codes == ["NOT_FOUND"]
