"""Accommodations in the back office: hosts see and change their own, administrators all."""

from datetime import datetime, time
from typing import Any, Self

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.roles import Role, requires_role
from chassis.texts import ensure_searchable
from chassis.types import Connection, wants_total

from ..references import User
from . import rules, store, tables
from .change import change_accommodation
from .create import create_accommodation
from .loaders import run_accommodations_by_id
from .rules import Reach
from .store import AccommodationOrder
from .tables import AccommodationKind, AccommodationStatus, Amenity
from .types import Address, CancellationPolicy, mean_rating

BY_HOUSE = requires_role(Role.HOST, Role.ADMIN)
# A default is printed as it is written: `filter: AccommodationFilter! = {}`.
ALL: Any = {}

strawberry.enum(AccommodationStatus)
strawberry.enum(AccommodationOrder)


@strawberry.federation.type(
    name="Accommodation", keys=["id"], description="Hosts see and change their own; administrators all."
)
class AdminAccommodation:
    id: strawberry.ID
    host: User | None
    name: str
    description: str
    kind: AccommodationKind
    address: Address
    amenities: list[Amenity]
    check_in_time: time
    check_out_time: time
    cancellation_policy: CancellationPolicy
    status: AccommodationStatus
    rating: float | None
    review_count: int
    created_at: datetime
    created_by: User | None
    updated_at: datetime
    updated_by: User | None
    deleted_at: datetime | None
    deleted_by: User | None
    row: strawberry.Private[tables.Accommodation]

    @classmethod
    def from_row(cls, row: tables.Accommodation) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            host=User.of(row.host_id),
            name=row.name,
            description=row.description,
            kind=row.kind,
            address=Address.from_row(row),
            amenities=row.amenities,
            check_in_time=row.check_in_time,
            check_out_time=row.check_out_time,
            cancellation_policy=CancellationPolicy.of(row.cancellation_policy),
            status=row.status,
            rating=mean_rating(row),
            review_count=row.review_count,
            created_at=row.created_at,
            created_by=User.of(row.created_by),
            updated_at=row.updated_at,
            updated_by=User.of(row.updated_by),
            deleted_at=row.deleted_at,
            deleted_by=User.of(row.deleted_by),
            row=row,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(run_accommodations_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.input
class CoordinatesInput:
    latitude: float
    longitude: float


@strawberry.input
class AddressInput:
    line: str
    region: str
    country: str
    coordinates: CoordinatesInput | None = None

    def columns(self) -> dict[str, Any]:
        return {
            "address_line": self.line.strip(),
            "region": self.region.strip(),
            "country": self.country,
            "latitude": rules.rounded(self.coordinates.latitude) if self.coordinates else None,
            "longitude": rules.rounded(self.coordinates.longitude) if self.coordinates else None,
        }


@strawberry.input
class CancellationTierInput:
    days_before: int
    fee_percent: int


@strawberry.input
class CancellationPolicyInput:
    name: str
    tiers: list[CancellationTierInput]

    def read(self) -> tables.CancellationPolicy:
        tiers = [
            tables.CancellationTier(days_before=each.days_before, fee_percent=each.fee_percent) for each in self.tiers
        ]
        return rules.in_order(tables.CancellationPolicy(name=self.name.strip(), tiers=tiers))


@strawberry.input
class CreateAccommodationInput:
    name: str
    description: str
    kind: AccommodationKind
    address: AddressInput
    amenities: list[Amenity] = strawberry.field(default_factory=list)
    check_in_time: time
    check_out_time: time
    cancellation_policy: CancellationPolicyInput | None = strawberry.field(
        default=None, description="Left out: free until the day before, then 100 percent."
    )
    host_id: strawberry.ID | None = strawberry.field(default=None, description="ADMIN only: on whose behalf.")

    def to_row(self, info: Info) -> tables.Accommodation:
        on_behalf_of = parse_id(self.host_id, "hostId") if self.host_id is not None else None
        return tables.Accommodation(
            host_id=rules.host_for(info.context.principal, on_behalf_of),
            name=self.name.strip(),
            description=self.description.strip(),
            kind=self.kind,
            amenities=list(dict.fromkeys(self.amenities)),
            check_in_time=self.check_in_time,
            check_out_time=self.check_out_time,
            cancellation_policy=(
                self.cancellation_policy.read() if self.cancellation_policy else tables.DEFAULT_POLICY
            ),
            **self.address.columns(),
        )


@strawberry.input(description="A field left out stays; an address is given as a whole.")
class UpdateAccommodationInput:
    accommodation_id: strawberry.ID
    name: str | None = None
    description: str | None = None
    kind: AccommodationKind | None = None
    address: AddressInput | None = None
    amenities: list[Amenity] | None = None
    check_in_time: time | None = None
    check_out_time: time | None = None
    cancellation_policy: CancellationPolicyInput | None = None

    def changes(self) -> dict[str, Any]:
        """The columns it gives a value."""
        given = {
            "name": self.name.strip() if self.name is not None else None,
            "description": self.description.strip() if self.description is not None else None,
            "kind": self.kind,
            "amenities": list(dict.fromkeys(self.amenities)) if self.amenities is not None else None,
            "check_in_time": self.check_in_time,
            "check_out_time": self.check_out_time,
            "cancellation_policy": self.cancellation_policy.read() if self.cancellation_policy else None,
        }
        kept = {column: value for column, value in given.items() if value is not None}
        return kept | (self.address.columns() if self.address else {})


@strawberry.input(name="AccommodationFilter")
class AdminAccommodationFilter:
    text: str | None = None
    host_id: strawberry.ID | None = None
    statuses: list[AccommodationStatus] | None = None
    deleted: bool | None = None


@strawberry.type
class AccommodationAdminQuery:
    @strawberry.field(extensions=[BY_HOUSE])
    async def accommodation(self, info: Info, id: strawberry.ID) -> AdminAccommodation | None:  # noqa: A002
        return await AdminAccommodation.resolve_reference(info, id)

    @strawberry.field(extensions=[BY_HOUSE])
    async def accommodations(
        self,
        info: Info,
        filter: AdminAccommodationFilter = ALL,  # noqa: A002 - the argument's name
        order_by: AccommodationOrder = AccommodationOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminAccommodation]:
        ensure_searchable(filter.text or "")
        async with info.context.database.reading() as session:
            page = await store.page_of_accommodations(
                session,
                Reach.of(info.context.principal),
                text=filter.text,
                host_id=parse_id(filter.host_id, "filter.hostId") if filter.host_id is not None else None,
                statuses=filter.statuses,
                deleted=bool(filter.deleted),
                order=order_by,
                first=first,
                after=after,
                count=wants_total(info),
            )
        return Connection.of(page, AdminAccommodation.from_row)


@strawberry.type
class AccommodationAdminMutation:
    @strawberry.mutation(extensions=[BY_HOUSE])
    async def create_accommodation(self, info: Info, input: CreateAccommodationInput) -> AdminAccommodation:  # noqa: A002
        context, by = info.context, info.context.principal.require_user()
        async with context.database.transaction(by=by) as session:
            place = await create_accommodation(session, input.to_row(info), by)
        return AdminAccommodation.from_row(place)

    @strawberry.mutation(extensions=[BY_HOUSE])
    async def update_accommodation(self, info: Info, input: UpdateAccommodationInput) -> AdminAccommodation:  # noqa: A002
        context, accommodation_id = info.context, parse_id(input.accommodation_id, "accommodationId")
        async with context.database.transaction(by=context.principal.user_id) as session:
            place = await change_accommodation(session, accommodation_id, input.changes(), Reach.of(context.principal))
        return AdminAccommodation.from_row(place)
