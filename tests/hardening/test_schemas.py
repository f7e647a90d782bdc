"""Whatever is asked of a subgraph that its schema allows is answered as the schema says, or refused with a code.

schemathesis makes the questions, from the schema each face gives of itself; every error of ours has a code, which its
own checks take for a server's failure, so what an answer must be is said in `conformance.py`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
import schemathesis
from graphql import DocumentNode, GraphQLSchema, parse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from chassis.roles import Role

from . import following
from .conformance import breaches
from .hostile import register_scalars, with_variables
from .serving import PATHS, Served

EXAMPLES = int(os.environ.get("HARDENING_EXAMPLES") or 8)
"""Of each root field: the same ones each time, or as many others as HARDENING_EXAMPLES says."""
GENTLY = settings(
    max_examples=EXAMPLES,
    derandomize="HARDENING_EXAMPLES" not in os.environ,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ASKERS = {"public": [Role.GUEST, Role.GUEST, None], "admin": [Role.ADMIN, Role.ADMIN, Role.ADMIN, Role.HOST]}
MODES = [*[GenerationMode.POSITIVE] * 5, GenerationMode.NEGATIVE]

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("face", PATHS)
def test_every_root_field_answers_as_its_schema_says_or_refuses_with_a_code(
    subgraph: Served, people: dict[Role, UUID], face: str
) -> None:
    register_scalars()
    schema = schemathesis.graphql.from_url(subgraph.url + PATHS[face])
    entities = schema.include(name="Query._entities").get_all_operations()
    found: list[str] = []
    with httpx.Client(timeout=60) as http:
        for operation in (*schema.get_all_operations(), *entities):
            found += _asked(operation.ok(), Asking(subgraph, people, face, http, schema.client_schema))
        for name in following.fields(schema.client_schema):
            found += _followed(name, Asking(subgraph, people, face, http, schema.client_schema))
    assert found == [], "\n\n".join(found[:10])


def _asked(operation: Any, asking: "Asking") -> list[str]:
    """What was wrong with the answers to all that can be asked of one root field."""
    found: list[str] = []
    ids = asking.subgraph.ids()
    questions = st.sampled_from(MODES).flatmap(lambda mode: operation.as_strategy(generation_mode=mode))

    # Behind `_entities` is most of what hangs on a person.
    @settings(GENTLY, max_examples=EXAMPLES * (4 if operation.label == "Query._entities" else 1))
    @given(questions, st.sampled_from(ASKERS[asking.face]), st.integers(0, 2**32))
    def ask(case: Any, role: Role | None, luck: int) -> None:
        query, variables, sent = with_variables(asking.schema, parse(case.body), Random(luck), ids)
        wrong = breaches(asking.schema, sent, asking.answer(query, variables, role))
        if wrong:
            found.append(f"{operation.label} as {role}: {wrong}\n{query}\n{variables!r:.500}")

    ask()
    return found


def _followed(name: str, asking: "Asking") -> list[str]:
    """The same of a subscription: the first that comes of it, each on a socket of its own."""
    found: list[str] = []
    ids = asking.subgraph.ids()

    @GENTLY
    @given(following.questions(asking.schema, name), st.sampled_from(ASKERS[asking.face]), st.integers(0, 2**32))
    def follow(document: DocumentNode, role: Role | None, luck: int) -> None:
        query, variables, sent = following.sent(asking.schema, document, Random(luck), ids)
        first = asking.first(name, query, variables, role)
        wrong = breaches(asking.schema, sent, first) if first else []
        if wrong:
            found.append(f"Subscription.{name} as {role}: {wrong}\n{query}\n{variables!r:.500}")

    follow()
    return found


@dataclass(frozen=True)
class Asking:
    subgraph: Served
    people: dict[Role, UUID]
    face: str
    http: httpx.Client
    schema: GraphQLSchema

    def answer(self, query: str, variables: Mapping[str, Any], role: Role | None) -> Any:
        headers = {"Authorization": f"Bearer {self.subgraph.token(self.people[role], role)}"} if role else {}
        address = self.subgraph.url + PATHS[self.face]
        answer = self.http.post(address, json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code < 500, answer.text
        return answer.json()

    def first(self, name: str, query: str, variables: Mapping[str, Any], role: Role | None) -> Any:
        token = self.subgraph.token(self.people[role], role) if role else None
        return following.first(self.subgraph.url + PATHS[self.face], token, name, query, variables)
