"""Accommodations as the graph shows them."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import zip_longest
from typing import Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.pagination import Page
from chassis.types import Connection, Edge, PageInfo

from ..references import User
from . import tables
from .loaders import accommodations_by_id

strawberry.enum(tables.AccommodationKind)
strawberry.enum(tables.Amenity)


@strawberry.type
class Coordinates:
    latitude: float
    longitude: float


@strawberry.type
class Address:
    line: str
    region: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")
    coordinates: Coordinates | None

    @classmethod
    def from_row(cls, row: tables.Accommodation) -> Self:
        known = None
        if row.latitude is not None and row.longitude is not None:
            known = Coordinates(latitude=row.latitude, longitude=row.longitude)
        return cls(
            line=row.address_line,
            region=row.region,
            country=row.country,
            coordinates=known,
        )


@strawberry.federation.type(shareable=True)
class CancellationTier:
    days_before: int
    fee_percent: int


@strawberry.federation.type(
    shareable=True,
    description="What a cancellation costs: tiers from many days to few; the first whose `daysBefore` is at most the "
    "days left until check-in applies; none: 100 percent.",
)
class CancellationPolicy:
    name: str
    tiers: list[CancellationTier]

    @classmethod
    def of(cls, policy: tables.CancellationPolicy) -> Self:
        return cls(name=policy["name"], tiers=[CancellationTier(**tier) for tier in policy["tiers"]])


def mean_rating(row: tables.Accommodation) -> float | None:
    return None if row.rating is None else float(row.rating)


@strawberry.federation.type(
    keys=["id"],
    description="Withdrawn and deleted places are found by no search, but still answer where a booking, a review or a "
    "wishlist points at them.",
)
class Accommodation:
    id: strawberry.ID
    bookable: bool = strawberry.field(description="False once withdrawn or deleted.")
    host: User | None
    name: str
    description: str
    kind: tables.AccommodationKind
    address: Address
    amenities: list[tables.Amenity]
    check_in_time: time
    check_out_time: time
    cancellation_policy: CancellationPolicy
    rating: float | None = strawberry.field(description="Mean of the visible ratings, one decimal; null without any.")
    review_count: int
    created_at: datetime
    key: strawberry.Private[UUID]

    @classmethod
    def from_row(cls, row: tables.Accommodation) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            bookable=row.is_bookable,
            host=User.of(row.host_id),
            name=row.name,
            description=row.description,
            kind=row.kind,
            address=Address.from_row(row),
            amenities=row.amenities,
            check_in_time=row.check_in_time,
            check_out_time=row.check_out_time,
            cancellation_policy=CancellationPolicy.of(row.cancellation_policy),
            rating=mean_rating(row),
            review_count=row.review_count,
            created_at=row.created_at,
            key=row.id,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(accommodations_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.type
class AccommodationEdge(Edge[Accommodation]):
    distance_km: float | None = strawberry.field(description="With `near`.", default=None)


@strawberry.type
class AccommodationConnection(Connection[Accommodation]):
    edges: list[AccommodationEdge]  # type: ignore[assignment]

    @classmethod
    def of_places(cls, page: Page[tables.Accommodation], distances_km: Sequence[float] = ()) -> Self:
        """The page, with a distance for each place or none at all."""
        nodes = [Accommodation.from_row(row) for row in page.rows]
        edges = [
            AccommodationEdge(cursor=cursor, node=node, distance_km=far)
            for cursor, node, far in zip_longest(page.cursors, nodes, distances_km)
        ]
        return cls(edges=edges, nodes=nodes, page_info=PageInfo.of(page), total=page.total)
