"""Whoever asks straight at `_entities` of any subgraph gets nothing of what is another's.

The entities are those of the printed schemas: one that nobody has said here who may see fails the test.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_enum_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    parse,
)

from chassis.ids import uuid7
from chassis.roles import Role
from stack.layout import ROOT

from .serving import PATHS, SUBGRAPHS, Served

FILES = {"public": "schema.graphql", "admin": "schema.admin.graphql"}
EVERYBODYS = {
    "account public": {"User"},
    "accommodation public": {"Accommodation", "RoomType", "Review"},
    "loyalty public": {"Coupon", "CouponEvent"},
}
ONES_OWN = {
    "account public": {"Viewer"},
    "accommodation public": {"Booking", "Viewer"},
    "booking public": {"Booking", "Viewer"},
    "payment public": {"Booking", "Payment", "Refund", "Viewer"},
    "loyalty public": {"CouponIssuance", "PointAccount", "UserCoupon", "Viewer"},
    # Whose staff it is of: the host's own, or any administrator's.
    "accommodation admin": {"Accommodation", "RoomType", "Review"},
    "booking admin": {"Booking"},
    "payment admin": {"Booking", "Payment", "Refund"},
    "loyalty admin": {"Coupon", "CouponEvent", "CouponIssuance", "PointAccount", "User", "UserCoupon"},
}
EVERY_HOSTS = {"account admin": {"User"}}
"""A name and no more: `tests/account/people/test_entities.py`."""

STRANGERS: Mapping[str, Mapping[str, Role | None]] = {
    "public": {"nobody": None, "another guest": Role.GUEST, "a host": Role.HOST, "an administrator": Role.ADMIN},
    "admin": {"nobody": None, "the guest": Role.GUEST, "another host": Role.HOST},
}
OWNERS = {"public": Role.GUEST, "admin": Role.ADMIN}
VALUES = {"ID": f'"{uuid7()}"', "String": '"x"', "Int": "1", "Decimal": "1", "Boolean": "true", "Float": "1"}
DAYS = {"from": '"2027-01-01"', "checkIn": '"2027-01-01"', "to": '"2027-01-03"', "checkOut": '"2027-01-03"'}


@pytest.mark.parametrize("name", SUBGRAPHS)
@pytest.mark.parametrize("face", FILES)
def test_of_every_entity_it_is_said_who_may_see_it(name: str, face: str) -> None:
    printed = parse((ROOT / "subgraphs" / name / FILES[face]).read_text())
    said = [table.get(f"{name} {face}", set()) for table in (EVERYBODYS, ONES_OWN, EVERY_HOSTS)]
    assert set().union(*said) == set(_entities(printed))
    assert sum(map(len, said)) == len(set().union(*said))


def _entities(printed: DocumentNode) -> Iterator[str]:
    """Those that the subgraph answers itself."""
    for node in printed.definitions:
        if isinstance(node, ObjectTypeDefinitionNode):
            keys = [each for each in node.directives or () if each.name.value == "key"]
            if any("resolvable" not in {given.name.value for given in each.arguments or ()} for each in keys):
                yield node.name.value


@pytest.mark.parametrize("face", PATHS)
def test_what_is_ones_own_is_nothing_to_anybody_else(subgraph: Served, people: dict[Role, UUID], face: str) -> None:
    found = {}
    with httpx.Client(timeout=60) as http:
        asking = Asking(subgraph, face, http)
        refusing = EVERY_HOSTS | ONES_OWN
        for kind in sorted(refusing.get(f"{subgraph.name} {face}", ())):
            shown = asking.seen(kind, asking.references(people), people[OWNERS[face]], OWNERS[face])
            assert shown, f"There is no {kind} of anybody's."
            for who, role in STRANGERS[face].items():
                if role is Role.HOST and kind in EVERY_HOSTS.get(f"{subgraph.name} {face}", ()):
                    continue
                user = people[Role.GUEST] if who == "the guest" else uuid7()
                found[kind, who] = asking.seen(kind, list(shown), user, role)
    assert {asked: seen for asked, seen in found.items() if seen} == {}
    assert len(found) >= len(STRANGERS[face]) - 1


@dataclass(frozen=True)
class Asking:
    subgraph: Served
    face: str
    http: httpx.Client

    def references(self, people: Mapping[Role, UUID]) -> list[str]:
        """Every id that something has here: some of them are the entity's."""
        ids = {each for known in self.subgraph.ids(newest=True).values() for each in known}
        return sorted(ids | {str(each) for each in people.values()})

    def seen(self, kind: str, references: list[str], user: UUID, role: Role | None) -> dict[str, Any]:
        """What the references show besides the id that was given, by that id."""
        document = f"""query ($of: [_Any!]!) {{ _entities(representations: $of) {{ ... on {kind} {{
            {" ".join(_fields(self._type(kind)))} }} }} }}"""
        seen = {}
        # Pages are counted once for each reference: a few at a time stay within what may be asked for.
        for at in range(0, len(references), 20):
            some = references[at : at + 20]
            of = [{"__typename": kind, "id": each} for each in some]
            answer = self._answer({"query": document, "variables": {"of": of}}, user, role)
            entities = answer["data"]["_entities"]
            seen |= {key: found for key, found in zip(some, entities, strict=True) if _tells(found)}
        return seen

    def _answer(self, body: dict[str, Any], user: UUID, role: Role | None) -> Any:
        headers = {"Authorization": f"Bearer {self.subgraph.token(user, role)}"} if role else {}
        answer = self.http.post(self.subgraph.url + PATHS[self.face], json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _type(self, kind: str) -> GraphQLObjectType:
        found = self._schema().type_map[kind]
        assert isinstance(found, GraphQLObjectType)
        return found

    def _schema(self) -> GraphQLSchema:
        asked = self.http.post(self.subgraph.url + PATHS[self.face], json={"query": get_introspection_query()})
        return build_client_schema(asked.json()["data"])


def _tells(entity: Any) -> bool:
    return entity is not None and any(value is not None for name, value in entity.items() if name != "id")


def _fields(of: GraphQLObjectType, above: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every field with all below it, but no type within itself. Pages hold one, which is in `nodes`."""
    above |= {of.name}
    for name, field in of.fields.items():
        if name == "edges":
            continue
        given = {key: _literal(key, each.type) for key, each in field.args.items() if is_required_argument(each)}
        given |= {"first": "1"} if "first" in field.args else {}
        selected = name + (f"({', '.join(f'{key}: {value}' for key, value in given.items())})" if given else "")
        inner: Any = get_named_type(field.type)
        if is_leaf_type(inner):
            yield selected
        elif inner.name not in above and (below := " ".join(_fields(inner, above))):
            yield f"{selected} {{ {below} }}"


def _literal(name: str, of: Any) -> str:
    """What the schema accepts there; only what it needs."""
    if isinstance(of, GraphQLNonNull):
        return _literal(name, of.of_type)
    if isinstance(of, GraphQLList):
        return f"[{_literal(name, of.of_type)}]"
    if isinstance(of, GraphQLInputObjectType):
        needed = {key: each for key, each in of.fields.items() if is_required_input_field(each)}
        return f"{{ {', '.join(f'{key}: {_literal(key, each.type)}' for key, each in needed.items())} }}"
    return next(iter(of.values)) if is_enum_type(of) else DAYS.get(name) or VALUES[of.name]
