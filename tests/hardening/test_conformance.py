"""What is held against answers: each breach is seen, and what the schema allows is none."""

from typing import Any

import pytest
from graphql import build_schema, parse

from .conformance import breaches

SCHEMA = build_schema("""
    scalar Decimal scalar DateTime
    enum Kind { A B }
    interface Named { name: String! }
    type Thing implements Named { name: String! kind: Kind! count: Int at: DateTime amount: Decimal parts: [Thing!] }
    type Other implements Named { name: String! }
    type Query { thing: Thing things: [Thing!]! named: Named }
""")
DOCUMENT = parse("""{
    thing { name kind count at amount parts { name } }
    many: things { ... on Thing { kind } }
    named { __typename name ... on Other { again: name } }
}""")
THING = {
    "name": "x",
    "kind": "A",
    "count": 1,
    "at": "2026-05-01T00:00:00.000Z",
    "amount": 1.5,
    "parts": [{"name": "y"}],
}
GOOD = {"thing": THING, "many": [{"kind": "B"}], "named": {"__typename": "Other", "name": "z", "again": "z"}}


def error(**extensions: Any) -> dict[str, Any]:
    return {"message": "No.", "extensions": extensions}


@pytest.mark.parametrize(
    "answer",
    [
        {"data": GOOD},
        {"data": GOOD | {"thing": None, "named": None, "many": []}},
        {"data": GOOD | {"thing": THING | {"count": None, "at": None, "amount": None, "parts": None}}},
        {"data": GOOD | {"named": {"__typename": "Thing", "name": "z"}}},
        {"data": None, "errors": [error(code="NOT_FOUND")]},
        {"errors": [error(code="INVALID_INPUT", fields=[{"field": "name", "code": "EMPTY"}])]},
    ],
)
def test_what_the_schema_allows_is_no_breach(answer: Any) -> None:
    assert breaches(SCHEMA, DOCUMENT, answer) == []


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"data": None},
        {"data": GOOD, "more": 1},
        {"errors": [error()]},
        {"errors": [error(code="INTERNAL", id="1")]},
        {"errors": [error(code="UNAVAILABLE", retryAfter=1)]},
        {"errors": [error(code="INVALID_INPUT", fields=[{"field": "name", "code": "is empty"}])]},
        {"data": {key: value for key, value in GOOD.items() if key != "many"}},
        {"data": GOOD | {"more": 1}},
        {"data": GOOD | {"many": None}},
        {"data": GOOD | {"many": [None]}},
        {"data": GOOD | {"many": {"kind": "A"}}},
        {"data": GOOD | {"thing": "x"}},
        {"data": GOOD | {"named": {"__typename": "Nobody", "name": "z"}}},
        *(
            {"data": GOOD | {"thing": THING | {key: wrong}}}
            for key, wrong in {
                "name": 1,
                "kind": "C",
                "count": 2**31,
                "at": "2026-05-01",
                "amount": "1.5",
                "parts": [{"name": None}],
            }.items()
        ),
    ],
)
def test_each_breach_is_seen(answer: Any) -> None:
    assert len(breaches(SCHEMA, DOCUMENT, answer)) == 1
