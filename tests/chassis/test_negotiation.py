"""Media types and statuses, told from the request's headers."""

import pytest

from chassis.negotiation import GRAPHQL, JSON, answer_type, is_json, names_graphql, status_of


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        ("*/*", JSON),
        (GRAPHQL, GRAPHQL),
        ("APPLICATION/JSON", JSON),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{GRAPHQL};q=0.1, {JSON};q=0.2", JSON),
        (f"*/*;q=0.1, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0, */*", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=nonsense", None),
        (",;,", None),
    ],
)
def test_the_clients_preference_decides(accept: str, chosen: str | None) -> None:
    assert answer_type(accept) == chosen


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        (["GRAPHQL_PARSE_FAILED"], 400),
        (["INVALID_INPUT", "INVALID_INPUT"], 400),
        (["UNAUTHENTICATED"], 401),
        (["FORBIDDEN"], 403),
        (["RATE_LIMITED"], 429),
        (["INTERNAL"], 500),
        (["UNAVAILABLE"], 503),
        ([], 400),
    ],
)
def test_the_newer_type_has_statuses_and_the_older_has_one(codes: list[str], status: int) -> None:
    assert status_of(GRAPHQL, codes) == status
    assert status_of(JSON, codes) == 200


@pytest.mark.parametrize(
    ("content_type", "json"),
    [
        (JSON, True),
        ("Application/JSON; Charset=UTF-8", True),
        (f'{JSON};charset="utf-8"', True),
        (f"{JSON}; profile=x", True),
        (f"{JSON}; charset=iso-8859-1", False),
        ("application/jsonp", False),
        ("text/plain; application/json", False),
        ("", False),
    ],
)
def test_only_json_in_utf_8_is_json(content_type: str, json: bool) -> None:
    assert is_json(content_type) is json


@pytest.mark.parametrize(
    ("accept", "named"), [(GRAPHQL, True), (f"text/html, {JSON};q=0.1", True), ("*/*", False), ("", False)]
)
def test_a_type_is_named_or_it_is_not(accept: str, named: bool) -> None:
    assert names_graphql(accept) is named
