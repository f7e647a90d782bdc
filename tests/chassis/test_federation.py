"""How a subgraph's faces are put together and printed, against what the graph's contract says."""

from collections.abc import AsyncGenerator

import pytest
import strawberry
from graphql import build_schema as build_graphql_schema
from graphql import parse, print_ast

from chassis.federation import build_schema, print_schema
from chassis.principal import Role
from chassis.roles import requires_role
from chassis.types import Money
from tests.chassis.sample import schema


@strawberry.type
class Prices:
    @strawberry.field(description="What it costs.")
    def price(self) -> Money | None:
        return None


@strawberry.type
class Names:
    @strawberry.field
    def name(self) -> str:
        return "x"


@strawberry.type
class OtherNames:
    @strawberry.field
    def name(self) -> str:
        return "y"


@strawberry.type
class Ticks:
    @strawberry.subscription
    async def ticks(self) -> AsyncGenerator[int, None]:
        yield 1


def test_root_fields_of_all_features_are_in_one_type() -> None:
    printed = print_schema(build_schema(query=[Names, Prices], subscription=[Ticks]))
    assert 'type Query {\n  name: String!\n  """What it costs."""\n  price: Money\n}' in printed
    assert "type Subscription {\n  ticks: Int!\n}" in printed
    assert "Mutation" not in printed


def test_two_features_can_not_give_the_same_root_field() -> None:
    with pytest.raises(ValueError, match=r"Query\.name is in both Names and OtherNames"):
        build_schema(query=[Names, OtherNames])


def test_scalars_and_shared_types_are_printed_as_the_contract_has_them() -> None:
    printed = print_schema(schema)
    for line in (
        'scalar Date @specifiedBy(url: "https://scalars.graphql.org/andimarek/local-date.html")',
        'scalar DateTime @specifiedBy(url: "https://scalars.graphql.org/andimarek/date-time.html")',
        'scalar LocalTime @specifiedBy(url: "https://scalars.graphql.org/apollographql/localtime-v0.1.html")',
        'scalar Decimal @specifiedBy(url: "https://scalars.graphql.org/chillicream/decimal.html")',
        "type Money @shareable {\n  amount: Decimal!\n  currency: String!\n}",
        'type Place @key(fields: "id") {',
        'type User @key(fields: "id", resolvable: false) {',
        'link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@key", "@shareable"])',
    ):
        assert line in printed


def test_what_only_a_router_asks_for_is_not_printed_and_yet_there() -> None:
    printed = print_schema(schema)
    for word in ("_entities", "_service", "_Any", "_Entity", "_Service"):
        assert word not in printed
    assert {"_entities", "_service"} <= schema._schema.query_type.fields.keys()  # type: ignore[union-attr]


def test_a_public_face_knows_nothing_of_roles() -> None:
    assert "requiresRole" not in print_schema(build_schema(query=[Names, Prices]))


def test_printing_is_stable() -> None:
    printed = print_schema(schema)
    assert print_schema(schema) == printed
    assert print_ast(parse(printed)) + "\n" == printed


def test_the_same_field_may_be_in_two_schemas_and_says_its_roles_once() -> None:
    @strawberry.type
    class Desk:
        @strawberry.field(extensions=[requires_role(Role.ADMIN)])
        def desk(self) -> str:
            return "x"

    for _ in range(2):
        assert print_schema(build_schema(query=[Desk])).count('@requiresRole(anyOf: ["ADMIN"])') == 1


def test_the_printed_schema_is_one_a_parser_takes() -> None:
    sdl = print_schema(build_schema(query=[Names]))
    assert build_graphql_schema(sdl, assume_valid_sdl=True).query_type is not None
