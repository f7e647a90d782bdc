"""Entities that other subgraphs own, as accommodation points at them."""

import strawberry

from chassis.references import BY_ID, Reference


@strawberry.federation.type(keys=[BY_ID])
class User(Reference):
    id: strawberry.ID
