"""Entities that others own and bookings point at."""

import strawberry

from chassis.references import BY_ID, Reference


@strawberry.federation.type(keys=[BY_ID])
class User(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=[BY_ID])
class Accommodation(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=[BY_ID])
class RoomType(Reference):
    id: strawberry.ID


@strawberry.federation.type(keys=[BY_ID])
class UserCoupon(Reference):
    id: strawberry.ID
