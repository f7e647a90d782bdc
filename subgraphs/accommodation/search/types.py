"""What a search takes as the graph shows it, and the lowest price of an accommodation."""

from decimal import Decimal
from typing import Self

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Money

from ..accommodations.rules import rounded
from ..accommodations.tables import AccommodationKind, Amenity
from ..accommodations.types import Accommodation
from ..calendar.types import StayInput
from ..prices.loaders import lowest_prices
from . import rules

strawberry.enum(rules.AccommodationOrder)


@strawberry.input
class NearInput:
    latitude: float
    longitude: float
    within_km: float = 10

    def read(self) -> rules.Near:
        return rules.ensure_near(rules.Near(*map(rounded, (self.latitude, self.longitude, self.within_km))))


@strawberry.input
class BoundsInput:
    north: float
    south: float
    east: float
    west: float

    def read(self) -> rules.Bounds:
        return rules.ensure_bounds(rules.Bounds(*map(rounded, (self.north, self.south, self.east, self.west))))


@strawberry.input(description="What is left out or empty restricts nothing.")
class AccommodationFilter:
    text: str | None = strawberry.field(
        default=None, description="Words of the name, the region or the address; forgives small misspellings."
    )
    regions: list[str] | None = None
    host_id: strawberry.ID | None = None
    kinds: list[AccommodationKind] | None = None
    amenities: list[Amenity] | None = strawberry.field(default=None, description="All of them.")
    price_from: Decimal | None = strawberry.field(default=None, description="Against `lowestPrice` of the same stay.")
    price_to: Decimal | None = None
    min_rating: float | None = None
    guests: int | None = strawberry.field(default=None, description="Some room type takes this many.")
    near: NearInput | None = None
    within: BoundsInput | None = None

    def read(self) -> rules.Wanted:
        return rules.Wanted(
            words=rules.words_asked_for(self.text),
            regions=rules.ensure_regions(self.regions or []),
            host_id=parse_id(self.host_id, "filter.hostId") if self.host_id else None,
            kinds=self.kinds or [],
            amenities=self.amenities or [],
            price_from=self.price_from,
            price_to=self.price_to,
            min_rating=self.min_rating,
            guests=rules.ensure_guests(self.guests),
            near=self.near.read() if self.near else None,
            within=self.within.read() if self.within else None,
        )


@strawberry.type
class Region:
    name: str
    country: str
    accommodation_count: int

    @classmethod
    def of(cls, region: rules.Region) -> Self:
        return cls(name=region.name, country=region.country, accommodation_count=region.places)


@field_of(
    Accommodation,
    description="The cheapest open night ahead with a room left, or, with a stay, the average night of the cheapest "
    "room type free for it.",
)
async def lowest_price(
    accommodation: strawberry.Parent[Accommodation], info: Info, stay: StayInput | None = None
) -> Money | None:
    if not accommodation.bookable:
        return None
    asked = stay.read() if stay else None
    price = await info.context.loader(lowest_prices).load((accommodation.key, asked))
    return None if price is None else Money(amount=price, currency=info.context.settings.currency)
