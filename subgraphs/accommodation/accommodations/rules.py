"""What is true of accommodations: what makes a proper one, and who reaches which in the back office."""

import math
from dataclasses import dataclass
from importlib import resources
from typing import Self
from uuid import UUID

from chassis.errors import Conflict, FieldError, Forbidden, InvalidInput
from chassis.principal import Principal, Role
from chassis.texts import wrong_name, wrong_text

from .tables import Accommodation, CancellationPolicy

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 10_000
LONGEST_LINE = 300
LONGEST_REGION = 100
MOST_TIERS = 20
MOST_DAYS_BEFORE = 730
"""Nobody arrives later than two years from now."""

# The IANA keeps the codes beside the time zones: a code and a name in each line.
_ISO_3166 = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
COUNTRIES = frozenset(line.split("\t")[0] for line in _ISO_3166.splitlines() if not line.startswith("#"))
"""ISO 3166-1 alpha-2."""


class NeverPublished(Conflict):
    def __init__(self) -> None:
        super().__init__("A draft is not on sale, so that it can't be withdrawn.")


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose places somebody sees and changes in the back office: all, those of one host, or nobody's."""

    everybody: bool
    host_id: UUID | None

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Administrators reach all, hosts their own."""
        return cls(principal.role is Role.ADMIN, principal.user_id if principal.role is Role.HOST else None)

    def includes(self, host_id: UUID) -> bool:
        return self.everybody or self.host_id == host_id


def host_for(principal: Principal, on_behalf_of: UUID | None) -> UUID:
    """Who hosts a new place: whoever makes it, or whom an administrator names."""
    own = principal.require_user()
    if on_behalf_of not in {None, own} and principal.role is not Role.ADMIN:
        raise Forbidden("Only administrators create places on somebody's behalf.")
    return on_behalf_of or own


def ensure_accommodation(place: Accommodation) -> None:
    """Raise InvalidInput with every field that is wrong."""
    wrong = [
        *wrong_name("name", place.name, LONGEST_NAME),
        *wrong_text("description", place.description, LONGEST_DESCRIPTION),
        *wrong_name("address.line", place.address_line, LONGEST_LINE),
        *wrong_name("address.region", place.region, LONGEST_REGION),
        *([] if place.country in COUNTRIES else [FieldError("address.country", "NOT_A_COUNTRY_CODE")]),
        *_wrong_coordinates(place.latitude, place.longitude),
        *_wrong_policy(place.cancellation_policy),
    ]
    if wrong:
        raise InvalidInput("This makes no place to stay at.", wrong)


def rounded(given: float) -> float:
    """Degrees or kilometres, to less than a millimetre: PostgreSQL can't reckon with what is next to nothing."""
    return round(given, 9)


def in_order(policy: CancellationPolicy) -> CancellationPolicy:
    """The policy with its tiers from many days to few."""
    tiers = sorted(policy["tiers"], key=lambda tier: tier["days_before"], reverse=True)
    return CancellationPolicy(name=policy["name"], tiers=tiers)


def _wrong_coordinates(latitude: float | None, longitude: float | None) -> list[FieldError]:
    given = (("latitude", latitude, 90), ("longitude", longitude, 180))
    return [
        FieldError(f"address.coordinates.{name}", "OUT_OF_RANGE")
        for name, degrees, most in given
        if degrees is not None and not (math.isfinite(degrees) and abs(degrees) <= most)
    ]


def _wrong_policy(policy: CancellationPolicy) -> list[FieldError]:
    field, tiers = "cancellationPolicy", policy["tiers"]
    wrong = wrong_name(f"{field}.name", policy["name"], LONGEST_NAME)
    if len(tiers) > MOST_TIERS:
        return [*wrong, FieldError(f"{field}.tiers", "TOO_MANY")]
    if len({tier["days_before"] for tier in tiers}) < len(tiers):
        wrong.append(FieldError(f"{field}.tiers", "NOT_UNIQUE"))
    for at, tier in enumerate(tiers):
        if not 0 <= tier["days_before"] <= MOST_DAYS_BEFORE:
            wrong.append(FieldError(f"{field}.tiers.{at}.daysBefore", "OUT_OF_RANGE"))
        if not 0 <= tier["fee_percent"] <= 100:
            wrong.append(FieldError(f"{field}.tiers.{at}.feePercent", "OUT_OF_RANGE"))
    return wrong
