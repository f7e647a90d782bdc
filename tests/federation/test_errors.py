"""Errors as clients see them: as the subgraphs coded them, and nothing of what only the inside knows."""

import pytest

from chassis.ids import uuid7
from chassis.testing_tokens import TokenIssuer

from .bookings import GUESTLESS
from .client import Graph
from .people import SECRET


@pytest.mark.parametrize(
    ("how", "message", "extensions"),
    [
        (
            "input",
            "That is too long.",
            {"code": "INVALID_INPUT", "fields": [{"field": "input.name", "code": "TOO_LONG"}]},
        ),
        ("rate", "Too many requests. Please try again later.", {"code": "RATE_LIMITED", "retryAfter": 7}),
        ("missing", "There is none.", {"code": "NOT_FOUND"}),
    ],
)
@pytest.mark.parametrize("beside", ["", ' booking(id: "1") { code points }'], ids=["alone", "beside others"])
async def test_a_refusal_comes_as_the_subgraph_coded_it(
    graph: Graph, how: str, message: str, extensions: dict[str, object], beside: str
) -> None:
    answer = await graph.ask(f'{{ refused(how: "{how}"){beside} }}')
    [error] = answer.errors
    assert (error["message"], error["extensions"], error["path"]) == (message, extensions, ["refused"])
    assert answer.data == {"refused": None, **({"booking": {"code": "B1", "points": 100}} if beside else {})}


@pytest.mark.parametrize("beside", ["", ' booking(id: "1") { code points }'], ids=["alone", "beside others"])
async def test_the_unexpected_is_masked_with_an_id(graph: Graph, beside: str) -> None:
    answer = await graph.ask(f'{{ refused(how: "unexpected"){beside} }}')
    [error] = answer.errors
    assert error["message"] == "Internal error"
    assert set(error["extensions"]) == {"code", "id"}
    assert error["extensions"]["code"] == "INTERNAL"
    assert SECRET not in str(answer.errors)


async def test_each_of_several_errors_is_told(graph: Graph) -> None:
    answer = await graph.ask('{ a: refused(how: "rate") b: refused(how: "missing") user(id: "1") { name } }')
    assert {error["path"][0]: error["extensions"]["code"] for error in answer.errors} == {
        "a": "RATE_LIMITED",
        "b": "NOT_FOUND",
    }
    assert answer.data == {"a": None, "b": None, "user": {"name": "Person 1"}}


@pytest.mark.parametrize("bad", ["nonsense", "expired", "foreign", "none"])
async def test_a_bad_token_is_refused_whatever_is_asked(graph: Graph, tokens: TokenIssuer, bad: str) -> None:
    with TokenIssuer() as others:
        token = {
            "nonsense": "nonsense",
            "expired": tokens.issue(uuid7(), seconds=-60),
            "foreign": others.issue(uuid7()),
            "none": "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxIn0.",
        }[bad]
    answer = await graph.ask('{ user(id: "1") { name } }', token=token)
    assert answer.codes == ["UNAUTHENTICATED"]
    assert not (answer.data or {}).get("user")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("{ nothing }", {"GRAPHQL_VALIDATION_FAILED"}),
        # Apollo Router has a word of its own for it.
        ('{ user(id: "1") {', {"GRAPHQL_PARSE_FAILED", "PARSING_ERROR"}),
        ('{ user(id: "1") }', {"GRAPHQL_VALIDATION_FAILED"}),
    ],
)
async def test_what_is_no_query_of_this_graph_is_refused(graph: Graph, query: str, codes: set[str]) -> None:
    answer = await graph.ask(query)
    assert answer.data is None
    assert len(set(answer.codes)) == 1
    assert set(answer.codes) <= codes


async def test_a_variable_that_does_not_fit_is_refused_with_a_code(graph: Graph) -> None:
    for query in ("query ($id: ID!) { user(id: $id) { name } }", "query ($id: ID!) { booking(id: $id) { points } }"):
        answer = await graph.ask(query)
        assert answer.data is None
        assert answer.codes in (["INVALID_INPUT"], ["VALIDATION_INVALID_TYPE_VARIABLE"])


@pytest.mark.parametrize("beside", ["", " points"], ids=["alone", "beside others"])
@pytest.mark.parametrize(
    "variables",
    [{"filter": {"guests": 1 << 40}}, {"filter": {"statuses": ["FOO"]}}, {"first": "x"}, {"first": 1.5}],
    ids=["too large", "no such value", "a word", "a fraction"],
)
async def test_the_value_of_a_variable_that_does_not_fit_is_refused_with_a_code(
    local: Graph, variables: dict[str, object], beside: str
) -> None:
    declared = "query ($filter: BookingFilter, $first: Int! = 1)"
    answer = await local.ask(f"{declared} {{ bookings(filter: $filter, first: $first) {{ code{beside} }} }}", variables)
    assert (answer.data, answer.codes) == (None, ["INVALID_INPUT"])


async def test_what_another_subgraph_does_not_know_is_null_and_no_error(graph: Graph) -> None:
    answer = await graph.ask(f'{{ booking(id: "{GUESTLESS}") {{ code points guest {{ name }} }} }}')
    assert answer.errors == []
    assert answer.data == {"booking": {"code": "B0", "points": 0, "guest": None}}


async def test_a_subgraph_that_is_away_takes_only_its_own_fields_with_it(graph: Graph) -> None:
    answer = await graph.ask('{ booking(id: "1") { code points payment { id } } payment { id } }')
    assert answer.data == {"booking": {"code": "B1", "points": 100, "payment": None}, "payment": None}
    assert set(answer.codes) == {"UNAVAILABLE"}
    assert {error["extensions"]["retryAfter"] for error in answer.errors} == {1}
    assert {error["message"] for error in answer.errors} == {"Not available right now. Please try again."}


async def test_a_subgraph_that_is_away_says_so_when_it_is_asked_alone(graph: Graph) -> None:
    answer = await graph.ask("{ payment { id } }")
    assert answer.codes == ["UNAVAILABLE"]
    assert not (answer.data or {}).get("payment")


@pytest.mark.slow
async def test_a_subgraph_that_does_not_answer_in_time_is_away(graph: Graph) -> None:
    answer = await graph.ask('{ never user(id: "1") { name } }')
    assert answer.data == {"never": None, "user": {"name": "Person 1"}}
    assert answer.codes == ["UNAVAILABLE"]
