"""How a feature adds a field to a GraphQL type that another feature defines.

Places show their rooms, rooms their nights, and rooms their place again: the graph has cycles, imports must not. So a
type is defined by the feature that owns it, and whoever builds on that feature adds what it knows.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.types.base import get_object_definition

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def field_of(owner: type, **options: Any) -> Callable[[Resolver], Resolver]:
    """Make the function a field of `owner`, by its own name; its first parameter is a `strawberry.Parent[owner]`."""

    def add(resolver: Resolver) -> Resolver:
        field = strawberry.field(resolver=resolver, **options)
        field.python_name = resolver.__name__
        field.origin = owner
        get_object_definition(owner, strict=True).fields.append(field)
        return resolver

    return add
