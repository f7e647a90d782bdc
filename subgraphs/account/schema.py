"""The graph account contributes."""

from chassis.federation import build_schema

from .people.admin import PeopleAdminQuery
from .people.queries import PeopleQuery
from .sessions.mutations import SessionsMutation

public = build_schema(query=[PeopleQuery], mutation=[SessionsMutation])
admin = build_schema(query=[PeopleAdminQuery])
