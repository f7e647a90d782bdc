"""The graph account contributes."""

from chassis.federation import build_schema

from .people.queries import PeopleQuery
from .sessions.mutations import SessionsMutation

public = build_schema(query=[PeopleQuery], mutation=[SessionsMutation])
