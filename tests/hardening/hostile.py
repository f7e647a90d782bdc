"""What strangers may send: values of our scalars, texts that break things, and the ids of what is really there."""

import re
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    parse_type,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis import graphql as schemas
from schemathesis.graphql import nodes

from chassis import clock

TEXTS = (
    *("", " ", "\t\n", "\0", "a\0b", "null", "undefined", "NaN", "-0", "0x10", "1e999", "true", "저기어때"),
    *("'; DROP TABLE coupons; --", "%_\\", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>"),
    *("../../etc/passwd", "\u202egnirts", "e\u0301" * 40, "\ufeff", "\ufffe", "\U0001f469\u200d\U0001f467", "ﷺ" * 30),
    *("x" * 256, "x" * 501, "x" * 10_000, "\U0010ffff" * 200, "é" * 2_001),
)
DATES = ("0001-01-01", "9999-12-31", "2024-02-29", "1970-01-01")
INSTANTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0001-01-02T00:00:00Z",
    "9999-12-30T23:59:59.999Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
)
NUMBERS = ("0", "1", "1", "2", "3", "5", "10", "50", "100", "101", "1000", "-1", "2147483647", "-2147483648")
FLOATS = ("0.0", "-0.0", "1e-320", "-5e-324", "1e308", "-1e308", "4.5", "37.5", "179.999999", "-180.0")
AMOUNTS = ("0", "-0", "0.0000000000000000000000000001", "9999999999999999999999999999", "-1e27", "1e27", "1e-28", "0.1")


def register_scalars() -> None:
    for name, strategy in scalars().items():
        schemas.scalar(name, strategy)


def scalars() -> dict[str, st.SearchStrategy[ValueNode]]:
    """Of each what it takes, often near now or at its edges, and now and then what it refuses."""
    soon = st.integers(-400, 800).map(lambda days: clock.today(ZoneInfo("Asia/Seoul")) + timedelta(days=days))
    texts = {
        "Date": _mostly(soon.map(str), st.sampled_from(DATES)),
        "DateTime": _mostly(soon.map("{}T12:00:00.000Z".format), st.sampled_from(INSTANTS)),
        "LocalTime": _mostly(st.sampled_from(["00:00:00", "15:00:00", "23:59:59.999999999"]), st.times().map(str)),
        "Decimal": _mostly(st.integers(1, 200_000).map(str), st.sampled_from(AMOUNTS)),
        "_Any": st.just("taken out and sent beside"),
    }
    return {name: strategy.map(nodes.String) for name, strategy in texts.items()}


def _mostly(usual: st.SearchStrategy[str], edges: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.integers(0, 11).flatmap(
        lambda luck: usual if luck < 8 else edges if luck < 11 else st.sampled_from(TEXTS)
    )


def with_variables(
    schema: GraphQLSchema, document: DocumentNode, random: Random, ids: Mapping[str, list[str]]
) -> tuple[str, Mapping[str, Any], DocumentNode]:
    """The document with some of its texts and ids sent beside it: known ids, and texts that break things."""
    taken: dict[str, tuple[str, Any]] = {}
    info = TypeInfo(schema)
    sent = visit(document, TypeInfoVisitor(info, _Taking(schema, info, random, ids, taken)))
    sent = visit(sent, _Declaring(taken))
    return print_ast(sent), {name: value for name, (_, value) in taken.items()}, sent


class _Taking(Visitor):
    """Takes values out of a document and leaves variables in their places; numbers become such as people send."""

    def __init__(
        self,
        schema: GraphQLSchema,
        info: TypeInfo,
        random: Random,
        ids: Mapping[str, list[str]],
        taken: dict[str, tuple[str, Any]],
    ) -> None:
        super().__init__()
        self._schema = schema
        self._info, self._random, self._ids, self._taken = info, random, ids, taken
        self._within: list[str] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._within.append(node.name.value)

    def leave_field(self, *_: Any) -> None:
        self._within.pop()

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        self._within.append(node.name.value)
        if node.name.value != "representations":
            return None
        entities = self._schema.get_possible_types(self._schema.type_map["_Entity"])  # type: ignore[arg-type]
        asked = [self._reference(entity.name) for entity in entities for _ in range(2)]
        return ArgumentNode(name=node.name, value=self._variable(self._random.sample(asked, k=min(len(asked), 6))))

    def _reference(self, entity: str) -> dict[str, Any]:
        everything = [each for ids in self._ids.values() for each in ids]
        known = self._ids.get(f"{_snake(entity).removeprefix('_')}_id") or self._ids.get("user_id") or everything
        return {"__typename": entity, "id": self._random.choice(known if self._random.random() < 0.97 else TEXTS)}

    def leave_argument(self, *_: Any) -> None:
        self._within.pop()

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        self._within.append(node.name.value)

    def leave_object_field(self, *_: Any) -> None:
        self._within.pop()

    def enter_string_value(self, *_: Any) -> ValueNode | None:
        kind = self._kind()
        if kind == "ID":
            return self._variable(self._random.choice(self._known())) if self._random.random() < 0.85 else None
        return self._variable(self._random.choice(TEXTS)) if kind == "String" and self._random.random() < 0.5 else None

    def enter_int_value(self, *_: Any) -> ValueNode | None:
        kind = self._kind()
        if kind == "ID":
            return self.enter_string_value()
        return (
            IntValueNode(value=self._random.choice(NUMBERS)) if kind == "Int" and self._random.random() < 0.8 else None
        )

    def enter_float_value(self, *_: Any) -> ValueNode | None:
        return FloatValueNode(value=self._random.choice(FLOATS)) if self._random.random() < 0.8 else None

    def _kind(self) -> str | None:
        wanted = self._info.get_input_type()
        return get_named_type(wanted).name if wanted else None

    def _known(self) -> list[str]:
        """Ids of what is meant by the name of the argument, or of the field that has it."""
        names = [_snake(name) for name in reversed(self._within[-2:])]
        wanted = [*names, f"{names[-1]}_id"]
        return next((self._ids[name] for name in wanted if name in self._ids), list(TEXTS))

    def _variable(self, value: Any) -> VariableNode:
        name = f"v{len(self._taken)}"
        self._taken[name] = (str(self._info.get_input_type()), value)
        return VariableNode(name=NameNode(value=name))


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


class _Declaring(Visitor):
    def __init__(self, taken: Mapping[str, tuple[str, Any]]) -> None:
        super().__init__()
        self._taken = taken

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Any:
        declared = [
            VariableDefinitionNode(
                variable=VariableNode(name=NameNode(value=name)), type=parse_type(of), default_value=None, directives=()
            )
            for name, (of, _) in self._taken.items()
        ]
        return OperationDefinitionNode(
            operation=node.operation,
            name=node.name,
            variable_definitions=tuple(declared),
            directives=node.directives,
            selection_set=node.selection_set,
        )
