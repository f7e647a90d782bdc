"""Requests as clients write them, and operations as they run."""

import asyncio
import gc
from typing import Any

import pytest

from chassis.context import Context
from chassis.documents import RequestRefused
from chassis.execution import BadRequest, Graph, Request
from chassis.principal import Principal, Role
from chassis.resources import Resources
from tests.chassis.sample import Calls, schema, settings
from tests.chassis.tokens import USER

graph = Graph(schema)


def context(role: Role | None = None) -> Context:
    resources = Resources()
    resources.add(Calls, Calls())
    return Context(settings(), resources, Principal(USER if role else None, role))


def test_a_request_is_read_from_what_clients_send() -> None:
    payload = {"query": "{hello}", "operationName": "A", "variables": {"a": 1}, "extensions": {"x": 1}, "id": "more"}
    assert Request.read(payload) == Request("{hello}", "A", {"a": 1}, {"x": 1})
    assert Request.read({"query": "{hello}", "operationName": "", "variables": None}) == Request("{hello}")


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ([], "Batches are not supported: send one operation a request."),
        (None, "The body must be a JSON object with a `query`."),
        ({"query": 1}, "`query` must be a string that is not empty."),
        ({"query": "{hello}", "operationName": 1}, "`operationName` must be a string."),
        ({"query": "{hello}", "variables": 1}, "`variables` must be an object."),
        ({"query": "{hello}", "extensions": 1}, "`extensions` must be an object."),
    ],
)
def test_what_is_no_request_is_refused_in_words(payload: Any, message: str) -> None:
    with pytest.raises(BadRequest) as refused:
        Request.read(payload)
    assert refused.value.message == message


async def test_sibling_fields_run_at_the_same_time_and_load_together() -> None:
    of = context()
    request = Request("{a:place(id:1){double} b:place(id:2){double neighbours(first:2){nodes{double}}}}")
    answer = await graph.execute(request, of)
    assert answer["data"]["b"] == {"double": 4, "neighbours": {"nodes": [{"double": 2}, {"double": 4}]}}
    assert of.resources[Calls][0] == ("doubled", [1, 2])
    assert len(of.resources[Calls]) == 1


async def test_a_field_that_fails_takes_nothing_from_others_that_wait_for_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its siblings are cancelled while they wait for what the other alias waits for too."""

    async def slow(_: Context, keys: list[int]) -> list[int]:
        for _turn in range(50):
            await asyncio.sleep(0)
        return [2 * key for key in keys]

    monkeypatch.setattr("tests.chassis.sample.doubled", slow)
    request = Request(
        """query ($of: [_Any!]!) {
            failing: _entities(representations: $of) { ... on Place { double neighbours(first: 0) { totalCount } } }
            other: _entities(representations: $of) { ... on Place { double } } }""",
        variables={"of": [{"__typename": "Place", "id": "1"}]},
    )
    answer = await graph.execute(request, context())
    assert answer["data"] == {"failing": [None], "other": [{"double": 2}]}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID_INPUT"]


async def garbage_of(request: Request) -> int:
    await graph.execute(request, context())
    return gc.collect()


async def test_an_answered_request_leaves_nothing_for_the_collector() -> None:
    request = Request("{hello place(id:1){double}}")
    assert await graph.execute(request, context()) == {"data": {"hello": "world", "place": {"double": 2}}}
    gc.collect()
    gc.disable()
    try:
        # What else runs in this process may leave something once, an operation each time.
        assert 0 in [await garbage_of(request) for _ in range(3)]
    finally:
        gc.enable()


async def test_a_request_without_data_is_refused_and_not_answered() -> None:
    with pytest.raises(RequestRefused):
        await graph.execute(Request("query($n:[Int!]!){count(numbers:$n)}"), context())


async def test_errors_of_many_fields_are_all_told() -> None:
    answer = await graph.execute(Request("{missing invalid desk hello}"), context())
    assert answer["data"] is None
    assert {each["extensions"]["code"] for each in answer["errors"]} >= {"UNAUTHENTICATED"}


async def test_a_subscription_ends_when_its_source_does() -> None:
    of = context()
    answers = [answer async for answer in graph.subscribe(Request("subscription{ticks(upto:2)}"), of)]
    assert answers == [{"data": {"ticks": 1}}, {"data": {"ticks": 2}}]
    assert of.resources[Calls] == ["ticks ended"]


async def test_a_subscription_that_is_left_is_cleaned_up() -> None:
    of = context()
    answers = graph.subscribe(Request("subscription{forever}"), of)
    assert await anext(answers) == {"data": {"forever": 1}}
    await answers.aclose()
    assert of.resources[Calls] == ["forever ended"]


async def test_an_alias_is_in_the_path_of_what_breaks() -> None:
    answers = graph.subscribe(Request("subscription{mine:nothing}"), context())
    with pytest.raises(RequestRefused) as refused:
        await anext(answers)
    assert refused.value.errors[0].path == ["mine"]  # type: ignore[attr-defined]
