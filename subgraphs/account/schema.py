"""The graph account contributes."""

from chassis.federation import build_schema

from .credentials.admin import CredentialsAdminMutation
from .credentials.mutations import CredentialsMutation
from .people.admin import PeopleAdminMutation, PeopleAdminQuery
from .people.mutations import PeopleMutation
from .people.queries import PeopleQuery
from .sessions.mutations import SessionsMutation

public = build_schema(query=[PeopleQuery], mutation=[PeopleMutation, SessionsMutation, CredentialsMutation])
admin = build_schema(query=[PeopleAdminQuery], mutation=[PeopleAdminMutation, CredentialsAdminMutation])
