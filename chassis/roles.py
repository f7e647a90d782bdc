"""Which roles may use a field: said in the schema and enforced where the field is resolved, by one object."""

import inspect
from typing import Any

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension, SyncExtensionResolver
from strawberry.federation.schema_directive import Location, schema_directive
from strawberry.types.field import StrawberryField

from chassis.errors import Forbidden, Unauthenticated
from chassis.principal import Principal
from chassis.principal import Role as Role


@schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requiresRole",
    description="Who may use it. Enforced where the field is resolved; whoever lacks the role gets FORBIDDEN, "
    "whoever is not signed in UNAUTHENTICATED.",
    compose=True,
    import_url="https://overthere.example/directives/v1.0",
)
class RequiresRole:
    any_of: list[str]


class RoleExtension(FieldExtension):
    def __init__(self, allowed: frozenset[Role]) -> None:
        self.allowed = allowed

    def apply(self, field: StrawberryField) -> None:
        # A field is applied once for each schema that is built with it.
        if not any(isinstance(each, RequiresRole) for each in field.directives):
            named = [role.value for role in Role if role in self.allowed]
            field.directives = [*field.directives, RequiresRole(any_of=named)]

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        ensure_role(info.context.principal, self.allowed)
        return next_(source, info, **kwargs)

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        ensure_role(info.context.principal, self.allowed)
        result = next_(source, info, **kwargs)
        # A subscription's resolver gives an async generator, which is not awaited.
        return await result if inspect.isawaitable(result) else result


def requires_role(*roles: Role) -> RoleExtension:
    """For `strawberry.field(extensions=[requires_role(Role.ADMIN)])`."""
    if not roles:
        raise ValueError("Name at least one role")
    return RoleExtension(frozenset(roles))


def ensure_role(principal: Principal, allowed: frozenset[Role]) -> None:
    if principal.role is None:
        raise Unauthenticated("Please sign in.")
    if principal.role not in allowed:
        raise Forbidden("This is not for your role.")
