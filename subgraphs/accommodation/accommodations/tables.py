"""What is stored of an accommodation."""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, Index, Numeric, Text, UniqueConstraint, literal_column
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field
from typing_extensions import TypedDict

from chassis.database import AuditColumns
from chassis.ids import uuid7

from ..database import Table, words


class AccommodationKind(StrEnum):
    HOTEL = "HOTEL"
    MOTEL = "MOTEL"
    PENSION = "PENSION"
    GUESTHOUSE = "GUESTHOUSE"
    APARTMENT = "APARTMENT"
    HOUSE = "HOUSE"
    CAMPING = "CAMPING"
    HANOK = "HANOK"
    OTHER = "OTHER"


class Amenity(StrEnum):
    WIFI = "WIFI"
    PARKING = "PARKING"
    KITCHEN = "KITCHEN"
    BREAKFAST = "BREAKFAST"
    AIR_CONDITIONING = "AIR_CONDITIONING"
    HEATING = "HEATING"
    WASHER = "WASHER"
    POOL = "POOL"
    HOT_TUB = "HOT_TUB"
    GYM = "GYM"
    BARBECUE = "BARBECUE"
    PETS_ALLOWED = "PETS_ALLOWED"
    WHEELCHAIR_ACCESSIBLE = "WHEELCHAIR_ACCESSIBLE"


class AccommodationStatus(StrEnum):
    """A draft was never shown to anybody; a withdrawn place is shown where something older points at it."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


class CancellationTier(TypedDict):
    """From `days_before` days before check-in, cancelling costs `fee_percent` of the subtotal."""

    days_before: int
    fee_percent: int


class CancellationPolicy(TypedDict):
    """Tiers from many days to few. When none applies any more, cancelling costs everything."""

    name: str
    tiers: list[CancellationTier]


DEFAULT_POLICY = CancellationPolicy(
    name="Free until the day before", tiers=[CancellationTier(days_before=1, fee_percent=0)]
)
"""For a place whose host gave none."""

ON_SALE = "status = 'PUBLISHED' AND deleted_at IS NULL"


class Accommodation(AuditColumns, Table, table=True):
    __tablename__ = "accommodations"
    # What the database computes comes back with each write.
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": True}
    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        CheckConstraint("(source IS NULL) = (source_key IS NULL)", name="source_is_whole"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates_are_whole"),
        CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="on_earth"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_code"),
        CheckConstraint("rating_sum BETWEEN review_count AND 5 * review_count", name="rating_of_reviews"),
        Index("ix_accommodations_newest", "created_at", "id", postgresql_where=ON_SALE),
        Index("ix_accommodations_region", "region", postgresql_where=ON_SALE),
        Index("ix_accommodations_kind", "kind", postgresql_where=ON_SALE),
        Index(
            "ix_accommodations_rating",
            literal_column("rating DESC NULLS LAST"),
            literal_column("id DESC"),
            postgresql_where=ON_SALE,
        ),
        # Where it is on earth, and on a map.
        Index(
            "ix_accommodations_location",
            literal_column("earth_point(latitude, longitude)"),
            postgresql_using="gist",
            postgresql_where=ON_SALE,
        ),
        Index(
            "ix_accommodations_map",
            literal_column("point(longitude, latitude)"),
            postgresql_using="gist",
            postgresql_where=ON_SALE,
        ),
        Index("ix_accommodations_words", "words", postgresql_using="gin"),
        Index("ix_accommodations_amenities", "amenities", postgresql_using="gin"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    host_id: UUID = Field(index=True)
    name: str
    description: str
    kind: AccommodationKind = Field(sa_column=Column(words(AccommodationKind), nullable=False))
    address_line: str
    region: str
    country: str
    """ISO 3166-1 alpha-2."""
    latitude: float | None = None
    longitude: float | None = None
    amenities: list[Amenity] = Field(default_factory=list, sa_column=Column(ARRAY(words(Amenity)), nullable=False))
    check_in_time: time
    check_out_time: time
    cancellation_policy: CancellationPolicy = Field(sa_type=JSONB)
    status: AccommodationStatus = Field(
        default=AccommodationStatus.DRAFT, sa_column=Column(words(AccommodationStatus), nullable=False)
    )
    words: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    """The words it is found by: see `search.words.words_of`."""
    review_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    rating_sum: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Of the visible reviews, kept by `reviews.count`."""
    rating: Decimal | None = Field(
        default=None,
        sa_column=Column(Numeric, Computed("round(rating_sum::numeric / nullif(review_count, 0), 1)", persisted=True)),
    )
    source: str | None = None
    """Where an imported place comes from, and what it is called there."""
    source_key: str | None = None

    @property
    def is_bookable(self) -> bool:
        return self.status == AccommodationStatus.PUBLISHED and self.deleted_at is None


class FormerHost(Table, table=True):
    """Somebody whose account was deleted: a token of theirs may live for a minute more."""

    __tablename__ = "former_hosts"

    user_id: UUID = Field(primary_key=True)
