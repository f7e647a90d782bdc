"""Nobody gets past a role of the back office: each field that says one, asked by everybody who lacks it.

The fields are read from the schema itself, and so are arguments that it takes: a new field is tried without a word.
"""

from itertools import product
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role, RoleExtension
from chassis.testing import SubgraphUnderTest
from chassis.testing_sockets import SubscriptionFailed
from subgraphs.loyalty.schema import admin

GRAPH = admin._schema
MACHINERY = {"_entities", "_service"}
ROOTS = {
    kind: root
    for kind, root in (
        ("query", GRAPH.query_type),
        ("mutation", GRAPH.mutation_type),
        ("subscription", GRAPH.subscription_type),
    )
    if root
}
ENTITIES = {each.name for each in GRAPH.type_map["_Entity"].types}  # type: ignore[attr-defined]
VALUES: dict[str, Any] = {
    "ID": str(uuid7()),
    "String": "words",
    "Int": 1,
    "Boolean": True,
    "Decimal": 1,
    "DateTime": clock.now().isoformat(),
    "Date": clock.now().date().isoformat(),
}
EVERYBODY: tuple[Role | None, ...] = (None, *Role)


def value_of(type_: Any) -> Any:
    """What the schema accepts there; only what it needs."""
    if isinstance(type_, GraphQLNonNull):
        return value_of(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [value_of(type_.of_type)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        needed = {name: each for name, each in type_.fields.items() if is_required_input_field(each)}
        return {name: value_of(each.type) for name, each in needed.items()}
    return VALUES[type_.name]


def asked(name: str, field: GraphQLField) -> tuple[str, str, dict[str, Any]]:
    """The field as it is selected with the arguments it needs, the variables it takes them from, and their values."""
    needed = {key: each for key, each in field.args.items() if is_required_argument(each)}
    given = ", ".join(f"{key}: ${key}" for key in needed)
    declared = ", ".join(f"${key}: {each.type}" for key, each in needed.items())
    selected = name + (f"({given})" if given else "")
    inside = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return selected + inside, declared, {key: value_of(each.type) for key, each in needed.items()}


def allowed(field: GraphQLField) -> frozenset[Role] | None:
    """Who may use it; None where it says no role."""
    extensions = field.extensions["strawberry-definition"].extensions
    return next((each.allowed for each in extensions if isinstance(each, RoleExtension)), None)


def root_fields() -> list[tuple[str, str]]:
    return [(kind, name) for kind, root in ROOTS.items() for name in root.fields if name not in MACHINERY]


def fields_with_roles() -> list[tuple[str, str]]:
    inner = [type_ for type_ in GRAPH.type_map.values() if isinstance(type_, GraphQLObjectType) and not is_root(type_)]
    return [(type_.name, name) for type_ in inner for name, field in type_.fields.items() if allowed(field)]


def is_root(type_: GraphQLObjectType) -> bool:
    return type_ in ROOTS.values() or type_.name.startswith("_")


def strangers(fields: list[tuple[str, str]]) -> list[tuple[str, str, Role | None]]:
    """Each field with each who may not use it."""
    return [(owner, name, role) for (owner, name), role in product(fields, EVERYBODY) if refusal(owner, name, role)]


def refusal(owner: str, name: str, role: Role | None) -> list[str]:
    if role is None:
        return ["UNAUTHENTICATED"]
    return [] if role in (allowed(fields_of(owner)[name]) or ()) else ["FORBIDDEN"]


def fields_of(owner: str) -> dict[str, GraphQLField]:
    type_ = ROOTS.get(owner) or GRAPH.type_map[owner]
    assert isinstance(type_, GraphQLObjectType)
    return type_.fields


def as_(role: Role | None) -> dict[str, Any]:
    return {"face": "admin", **({"user": uuid7(), "role": role} if role else {})}


@pytest.mark.parametrize(("kind", "name"), root_fields())
def test_every_root_field_of_the_back_office_says_who_may_use_it(kind: str, name: str) -> None:
    assert allowed(ROOTS[kind].fields[name])


def test_private_entities_say_it_of_their_fields() -> None:
    assert {("UserCoupon", "id"), ("UserCoupon", "revokedReason"), ("User", "coupons")} <= set(fields_with_roles())


@pytest.mark.parametrize(("kind", "name", "role"), strangers(root_fields()))
async def test_whoever_lacks_the_role_of_a_root_field_is_refused_before_anything_is_done(
    subgraph: SubgraphUnderTest, kind: str, name: str, role: Role | None
) -> None:
    selected, declared, values = asked(name, fields_of(kind)[name])
    document = f"{kind} {f'({declared})' if declared else ''} {{ {selected} }}"
    subgraph.sql.clear()
    if kind == "subscription":
        async with subgraph.subscribe(document, values, **as_(role)) as payloads:
            with pytest.raises(SubscriptionFailed) as failed:
                await anext(payloads)
        codes = failed.value.codes
    else:
        codes = (await subgraph.graphql(document, values, **as_(role))).codes
    assert codes == refusal(kind, name, role)
    assert subgraph.sql == []


@pytest.mark.parametrize(("owner", "name", "role"), strangers(fields_with_roles()))
async def test_whoever_lacks_the_role_of_a_field_is_refused_even_where_the_entity_is_in_hand(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch, owner: str, name: str, role: Role | None
) -> None:
    assert owner in ENTITIES, "It is reached through other fields only: say here through which."
    hand_out(monkeypatch, owner)
    selected, declared, values = asked(name, fields_of(owner)[name])
    variables = ", ".join(each for each in ("$of: [_Any!]!", declared) if each)
    document = f"query ({variables}) {{ _entities(representations: $of) {{ ... on {owner} {{ {selected} }} }} }}"
    of = [{"__typename": owner, "id": str(uuid7())}]
    subgraph.sql.clear()
    assert (await subgraph.graphql(document, values | {"of": of}, **as_(role))).codes == refusal(owner, name, role)
    assert subgraph.sql == []


def hand_out(monkeypatch: pytest.MonkeyPatch, type_name: str) -> None:
    """Without the wall around the entity, which answers strangers with null, there is only the lock on each field."""
    origin = admin.schema_converter.type_map[type_name].definition.origin  # type: ignore[union-attr]

    def bare(cls: type, id: str) -> object:  # noqa: A002 - the key's name
        return object.__new__(cls)

    monkeypatch.setattr(origin, "resolve_reference", classmethod(bare), raising=False)
    monkeypatch.setattr(admin, "_references", {}, raising=False)
