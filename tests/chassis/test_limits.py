"""A query that asks for too much is refused by its measure, before anything is validated or runs."""

from collections.abc import AsyncIterator
from time import process_time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from graphql import parse

from chassis.errors import DomainError
from chassis.limits import (
    Limits,
    QueryTooDeep,
    QueryTooLong,
    QueryTooWide,
    TooManyDirectives,
    TooManyItems,
    ensure_items,
    ensure_within,
)
from tests.chassis.sample import Calls, ask, codes, running, service

LIMITS = Limits()


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return service()


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as started:
        yield started


def nested(levels: int) -> str:
    """A query of that depth."""
    return "{a" * levels + "}" * levels


def nested_in_fragments(count: int) -> str:
    """Each fragment spreads the next twice, one level further in: 2 to the power of `count` fields."""
    steps = [f"fragment F{at} on Q {{a:x{{...F{at + 1}}} b:x{{...F{at + 1}}}}}" for at in range(count)]
    return " ".join(["{...F0}", *steps, f"fragment F{count} on Q {{x}}"])


def refused(query: str, limits: Limits = LIMITS) -> type[DomainError] | None:
    try:
        ensure_within(parse(query), limits)
    except DomainError as refusal:
        return type(refusal)
    return None


def test_depth_is_limited_at_exactly_its_limit() -> None:
    assert refused(nested(LIMITS.depth)) is None
    assert refused(nested(LIMITS.depth + 1)) is QueryTooDeep


def test_fragments_hide_no_depth() -> None:
    inner = "{a" * 8 + "}" * 8
    assert refused(f"{{a{{a{{a{{a{{a{{a{{a{{a{{...F}}}}}}}}}}}}}}}}}} fragment F on Q {inner}") is QueryTooDeep
    assert refused(f"{{a{{a{{...F}}}}}} fragment F on Q {inner}") is None


def test_inline_fragments_alone_can_not_exhaust_the_stack() -> None:
    assert refused("{" + "...{" * 150 + "a" + "}" * 151) is QueryTooDeep


def test_a_fragment_in_itself_is_left_to_validation() -> None:
    assert refused("{...F} fragment F on Q {a ...G} fragment G on Q {b ...F}") is None


def test_fields_are_counted_as_fragments_expand_to() -> None:
    assert refused("{" + "a " * LIMITS.fields + "}") is None
    assert refused("{" + "a " * (LIMITS.fields + 1) + "}") is QueryTooWide
    spread = "{" + "".join(f"x{at}{{...F}}" for at in range(20)) + "}"
    assert refused(f"{spread} fragment F on Q {{{'a ' * 60}}}") is QueryTooWide
    assert refused(f"{spread} fragment F on Q {{{'a ' * 40}}}") is None


def test_doubling_fragments_are_refused_in_no_time() -> None:
    started = process_time()
    assert refused(nested_in_fragments(13)) is QueryTooWide
    assert process_time() - started < 0.5


def test_an_unused_fragment_is_measured_too() -> None:
    assert refused(f"{{a}} fragment F on Q {nested(LIMITS.depth + 1)}") is QueryTooDeep


def test_aliases_are_counted_wherever_they_are() -> None:
    def aliased(count: int) -> str:
        return "{" + " ".join(f"a{at}:x" for at in range(count)) + "}"

    assert refused(aliased(LIMITS.aliases)) is None
    assert refused(aliased(LIMITS.aliases + 1)) is QueryTooWide
    assert refused("{a:x{...F} b:x{...F} ...F} fragment F on Q " + aliased(20)) is QueryTooWide


def test_directives_are_counted() -> None:
    assert refused("{a" + " @skip(if: false)" * LIMITS.directives + "}") is None
    assert refused("{a" + " @skip(if: false)" * (LIMITS.directives + 1) + "}") is TooManyDirectives


def test_definitions_are_counted() -> None:
    fragments = " ".join(f"fragment F{at} on Q {{a}}" for at in range(LIMITS.definitions))
    assert refused("{a}" + fragments) is QueryTooLong


def test_lists_are_limited_in_the_query_and_in_variables() -> None:
    assert refused(f"{{a(x: [{'1 ' * LIMITS.items}])}}") is None
    assert refused(f"{{a(x: [{'1 ' * (LIMITS.items + 1)}])}}") is TooManyItems
    ensure_items({"x": {"y": [[1] * LIMITS.items]}}, LIMITS)
    with pytest.raises(TooManyItems):
        ensure_items({"x": {"y": [[1] * (LIMITS.items + 1)]}}, LIMITS)
    ensure_items({"representations": [1] * (LIMITS.items + 1)}, LIMITS, but={"representations"})


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (nested(16), "QUERY_TOO_DEEP"),
        ("{" + "hello " * 1_001 + "}", "QUERY_TOO_WIDE"),
        ("mutation{" + " ".join(f"a{at}:change" for at in range(61)) + "}", "QUERY_TOO_WIDE"),
        ("mutation{change" + " @include(if: true)" * 61 + "}", "TOO_MANY_DIRECTIVES"),
        ("mutation{change} #" + "x" * 20_000, "QUERY_TOO_LONG"),
        ("mutation{change " + "__typename " * 20_000 + "}", "QUERY_TOO_LONG"),
        ("{" + "a " * 4_001 + "}", "QUERY_TOO_LONG"),
        ("mutation{change}" + "#\n" * 4_001, "QUERY_TOO_LONG"),
        ("{count(numbers: [" + "1 " * 1_001 + "])}", "TOO_MANY_ITEMS"),
    ],
)
async def test_each_limit_has_its_code_and_nothing_runs(
    client: httpx.AsyncClient, app: FastAPI, query: str, code: str
) -> None:
    app.state.resources[Calls].clear()
    body = await ask(client, query)
    assert codes(body) == [code]
    assert "data" not in body
    assert app.state.resources[Calls] == []


async def test_a_long_list_in_variables_is_refused(client: httpx.AsyncClient) -> None:
    body = await ask(client, "query($n:[Int!]!){count(numbers:$n)}", {"n": [1] * 1_001})
    assert codes(body) == ["TOO_MANY_ITEMS"]


async def test_variables_nested_without_end_are_refused(client: httpx.AsyncClient) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    assert codes(await ask(client, "query($n:[Int!]!){count(numbers:$n)}", {"n": deep})) == ["INVALID_INPUT"]


async def test_a_document_nested_without_end_is_refused(client: httpx.AsyncClient) -> None:
    assert codes(await ask(client, "{a" * 1_000 + "}" * 1_000)) == ["QUERY_TOO_DEEP"]
