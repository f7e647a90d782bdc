"""How references to entities are answered: `_entities`, whatever routers and strangers send to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

import strawberry
from graphql import GraphQLID, get_nullable_type
from strawberry import federation
from strawberry.federation.schema import FederationAny

from chassis.errors import FieldError, InvalidInput


@dataclass(frozen=True, slots=True)
class _Reference:
    """How one entity type is found: by its `resolve_reference`, or as the stub that it is named by."""

    find: Callable[..., Any]
    takes_info: bool
    wanted: frozenset[str]
    python_names: Mapping[str, str]
    ids: frozenset[str]


class Schema(federation.Schema):
    """A federated schema that answers each representation by itself: a bad one spoils no other."""

    _references: dict[str, _Reference]

    def entities_resolver(self, info: strawberry.Info, representations: list[FederationAny]) -> list[FederationAny]:
        answers: list[Any] = []
        for at, representation in enumerate(representations):
            try:
                answers.append(self._found(info, representation, f"representations.{at}"))
            except Exception as error:  # noqa: BLE001 - becomes the error of this entity alone
                answers.append(error)
        return answers

    def _found(self, info: strawberry.Info, representation: Any, at: str) -> Any:
        if not isinstance(representation, Mapping):
            raise _refusal("A representation must be an object.", at, "NOT_AN_OBJECT")
        reference = self._reference(representation.get("__typename"), at)
        values = {
            reference.python_names[name]: _value(reference, name, value, f"{at}.{name}")
            for name, value in representation.items()
            if name in reference.python_names
        }
        if not reference.wanted <= values.keys():
            raise _refusal("The key of the entity is missing.", at, "KEY_MISSING")
        return reference.find(**values, info=info) if reference.takes_info else reference.find(**values)

    def _reference(self, name: Any, at: str) -> _Reference:
        known = self.__dict__.setdefault("_references", {})
        if isinstance(name, str) and name in known:
            return known[name]  # type: ignore[no-any-return]
        entities: Any = self._schema.type_map["_Entity"]
        if name not in [each.name for each in entities.types]:
            raise _refusal("There is no such entity here.", f"{at}.__typename", "UNKNOWN_ENTITY")
        known[name] = self._read_reference(name)
        return known[name]  # type: ignore[no-any-return]

    def _read_reference(self, name: str) -> _Reference:
        definition: Any = self.schema_converter.type_map[name].definition
        type_: Any = self._schema.type_map[name]
        find = getattr(definition.origin, "resolve_reference", definition.origin)
        parameters = signature(find).parameters
        names = {self.config.name_converter.from_field(each): each.python_name for each in definition.fields}
        return _Reference(
            find=find,
            takes_info="info" in parameters,
            wanted=frozenset(key for key, each in parameters.items() if _is_wanted(key, each)),
            python_names={name: python for name, python in names.items() if python in parameters},
            ids=frozenset(each for each in names if get_nullable_type(type_.fields[each].type) is GraphQLID),
        )


def _is_wanted(name: str, parameter: Parameter) -> bool:
    return name != "info" and parameter.default is Parameter.empty


def _value(reference: _Reference, name: str, value: Any, at: str) -> Any:
    """Ids as text, as they are everywhere else."""
    if name not in reference.ids:
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _refusal("An id must be a string.", at, "NOT_AN_ID")
    return str(value)


def _refusal(message: str, at: str, code: str) -> InvalidInput:
    return InvalidInput(message, [FieldError(at, code)])
