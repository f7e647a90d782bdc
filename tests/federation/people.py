"""A small `account`: people, what the subgraph hears of a caller, and one error of each sort."""

import strawberry

from chassis.context import Info
from chassis.errors import FieldError, InvalidInput, NotFound, RateLimited
from chassis.federation import build_schema
from chassis.roles import Role, requires_role

from .hearing import heard

NOBODY = "nobody"  # the id of no person
SECRET = "the password is hunter2"  # what a careless exception would tell


@strawberry.federation.type(keys=["id"])
class User:
    id: strawberry.ID
    name: str

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "User | None":  # noqa: A002 - the name of the key
        return person(id) if id != NOBODY else None


@strawberry.federation.type(keys=["id"])
class Viewer:
    id: strawberry.ID
    user: User


def person(user_id: str) -> User:
    return User(id=strawberry.ID(user_id), name=f"Person {user_id}")


@strawberry.type
class PublicQuery:
    @strawberry.field
    def viewer(self, info: Info) -> Viewer | None:
        user_id = info.context.principal.user_id
        return Viewer(id=strawberry.ID(str(user_id)), user=person(str(user_id))) if user_id else None

    @strawberry.field
    def user(self, id: strawberry.ID) -> User | None:  # noqa: A002 - as the contract names it
        return person(id)

    @strawberry.field(description="Names and values of the headers that came with the request.")
    def heard(self) -> list[str]:
        return [f"{name}: {value}" for name, value in heard().items()]

    @strawberry.field
    def refused(self, how: str) -> str | None:
        raise {
            "input": InvalidInput("That is too long.", [FieldError("input.name", "TOO_LONG")]),
            "rate": RateLimited(7),
            "missing": NotFound("There is none."),
            "unexpected": RuntimeError(SECRET),
        }[how]


@strawberry.type
class Renaming:
    names: list[str] = strawberry.field(description="Every name given, in the order they were.")


_names: list[str] = []


@strawberry.type
class PublicMutation:
    @strawberry.mutation
    def rename(self, info: Info, name: str) -> Renaming:
        info.context.principal.require_user()
        _names.append(name)
        return Renaming(names=_names)


@strawberry.type
class AdminQuery:
    @strawberry.field(extensions=[requires_role(Role.ADMIN)])
    def people(self) -> list[User]:
        return [person("1"), person("2")]


public = build_schema(query=[PublicQuery], mutation=[PublicMutation], types=[User, Viewer])
admin = build_schema(query=[AdminQuery], types=[User])
