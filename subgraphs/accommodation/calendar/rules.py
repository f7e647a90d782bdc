"""Whether a stay is allowed, and what it costs: decided here for quotes, searches and holds alike."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from chassis.errors import DomainError, FieldError, InvalidInput

from ..room_types.rules import HIGHEST_PRICE, MOST_UNITS, wrong_number
from ..room_types.tables import LONGEST_STAY
from .tables import Night, OpenNight

LONGEST_CALENDAR = 366
"""In nights."""


OnSale: TypeAlias = Night | OpenNight


class NightsTaken(DomainError):
    """`date` is the first night of which more rooms are held and sold than there would be."""

    code = "NIGHTS_TAKEN"

    def __init__(self, night: OnSale) -> None:
        taken = night.held + night.sold
        super().__init__(f"Rooms taken for the night of {night.date}: {taken}.", date=str(night.date), taken=taken)


class StayRefusalCode(StrEnum):
    SOLD_OUT = "SOLD_OUT"
    CLOSED = "CLOSED"
    NOT_ON_SALE = "NOT_ON_SALE"
    MIN_NIGHTS = "MIN_NIGHTS"
    MAX_NIGHTS = "MAX_NIGHTS"
    TOO_MANY_GUESTS = "TOO_MANY_GUESTS"
    IN_THE_PAST = "IN_THE_PAST"
    TOO_FAR_AHEAD = "TOO_FAR_AHEAD"


@dataclass(frozen=True, slots=True)
class StayRefusal:
    """The first rule that was broken; `night` is the one it concerns, where it is about one."""

    code: StayRefusalCode
    message: str
    night: date | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Half-open: the night of `check_out` is not stayed."""

    check_in: date
    check_out: date
    guests: int
    rooms: int

    @property
    def length(self) -> int:
        """In nights."""
        return (self.check_out - self.check_in).days

    def dates(self) -> list[date]:
        """The nights in order; none for a stay that is too long for any room, so that nobody reads centuries."""
        length = self.length if self.length <= LONGEST_STAY else 0
        return [self.check_in + timedelta(days=day) for day in range(length)]


@dataclass(frozen=True, slots=True)
class Dates:
    """Half-open, as everywhere: `end` is not included. With weekdays (Monday is 0), only those."""

    first: date
    end: date
    weekdays: Collection[int] = ()

    @property
    def length(self) -> int:
        return (self.end - self.first).days

    def days(self) -> list[date]:
        days = (self.first + timedelta(days=ahead) for ahead in range(self.length))
        return [day for day in days if not self.weekdays or day.weekday() in self.weekdays]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a room type allows, whatever the night. `on_sale`: neither it nor its place was withdrawn or deleted."""

    on_sale: bool
    max_guests: int
    max_nights: int


@dataclass(frozen=True, slots=True)
class Quote:
    """`nights` are empty and `total` is None when the stay is refused."""

    nights: Sequence[Night]
    total: Decimal | None
    refusal: StayRefusal | None


def ensure_stay(stay: Stay, field: str = "stay") -> None:
    """Refuse what is no stay at all."""
    wrong = [
        FieldError(f"{field}.{name}", "OUT_OF_RANGE")
        for name, count in (("checkOut", stay.length), ("guests", stay.guests), ("rooms", stay.rooms))
        if count < 1
    ]
    if wrong:
        raise InvalidInput("A stay has at least one night, one guest and one room.", wrong)


def ensure_range(first: date, end: date) -> None:
    """Refuse a range of dates that no calendar shows."""
    if not 0 <= (end - first).days <= LONGEST_CALENDAR:
        raise InvalidInput(
            f"A calendar has at most {LONGEST_CALENDAR} nights, and ends after it begins.",
            [FieldError("to", "OUT_OF_RANGE")],
        )


def ensure_ahead(dates: Dates, today: date) -> None:
    """Refuse a range that is not all in the time in which nights are on sale."""
    wrong = []
    if not 1 <= dates.length <= LONGEST_CALENDAR:
        wrong.append(FieldError("to", "OUT_OF_RANGE"))
    elif dates.end - timedelta(days=1) > two_years_after(today):
        wrong.append(FieldError("to", "TOO_FAR_AHEAD"))
    if dates.first < today:
        wrong.append(FieldError("from", "IN_THE_PAST"))
    if wrong:
        message = f"From today to two years ahead, at most {LONGEST_CALENDAR} nights at once."
        raise InvalidInput(message, wrong)


def ensure_some(weekdays: Collection[object] | None) -> None:
    """Refuse none at all: whoever chose none did not mean every day."""
    if weekdays is not None and not weekdays:
        raise InvalidInput("On which weekdays? Leave them out for all.", [FieldError("weekdays", "EMPTY")])


def ensure_night(price: Decimal | None, units: int | None, min_nights: int | None, *, least_units: int = 0) -> None:
    """Refuse what no night can be like; what is not given is not wrong."""
    wrong = [
        *wrong_number("price", price, 0, HIGHEST_PRICE),
        *wrong_number("units", units, least_units, MOST_UNITS),
        *wrong_number("minNights", min_nights, 1, LONGEST_STAY),
    ]
    if wrong:
        raise InvalidInput("No night can be like that.", wrong)


def ensure_rooms_left(nights: Iterable[OnSale], units: int | None) -> None:
    """Raise NightsTaken where that many rooms are fewer than are held and sold."""
    for night in nights:
        if units is not None and night.held + night.sold > units:
            raise NightsTaken(night)


def refusal_for(stay: Stay, terms: Terms, nights: Mapping[date, OnSale], today: date) -> StayRefusal | None:
    """The first rule that forbids the stay; None when it is allowed.

    `nights` are the room type's nights on sale, at least those of the stay.
    """
    return (
        refusal_unseen(stay, terms, today)
        or _too_short(stay, nights.get(stay.check_in))
        or _too_many(stay, terms)
        or shortage(stay.dates(), stay.rooms, nights)
    )


def refusal_unseen(stay: Stay, terms: Terms, today: date) -> StayRefusal | None:
    """What forbids the stay whatever its nights are like."""
    return _withdrawn(terms) or _too_long(stay, terms) or refusal_by_day(stay, today)


def refusal_of_own(guest_id: UUID, host_id: UUID) -> StayRefusal | None:
    """Nobody books a place of their own: to its host it is not on sale."""
    if guest_id != host_id:
        return None
    return StayRefusal(StayRefusalCode.NOT_ON_SALE, "A host can't book a place of their own.")


def refusal_by_day(stay: Stay, today: date) -> StayRefusal | None:
    """What forbids arriving on that day, wherever it is."""
    if stay.check_in < today:
        return StayRefusal(StayRefusalCode.IN_THE_PAST, f"{stay.check_in} is in the past.", stay.check_in)
    if stay.check_in > two_years_after(today):
        return StayRefusal(
            StayRefusalCode.TOO_FAR_AHEAD, f"{stay.check_in} is more than two years ahead.", stay.check_in
        )
    return None


def can_be_anywhere(stay: Stay, today: date) -> bool:
    """False for a stay that no place takes, so that no calendar needs to be read."""
    return stay.length <= LONGEST_STAY and refusal_by_day(stay, today) is None


def shortage(dates: Iterable[date], rooms: int, nights: Mapping[date, OnSale]) -> StayRefusal | None:
    """The first night that is not on sale, is closed, or has too few rooms left."""
    for day in dates:
        night = nights.get(day)
        if night is None:
            return StayRefusal(StayRefusalCode.NOT_ON_SALE, f"The night of {day} is not on sale.", day)
        if night.closed:
            return StayRefusal(StayRefusalCode.CLOSED, f"The night of {day} is closed.", day)
        if night.rooms_left < rooms:
            return StayRefusal(StayRefusalCode.SOLD_OUT, f"Rooms left for the night of {day}: {night.rooms_left}.", day)
    return None


def two_years_after(today: date) -> date:
    """The last day one may arrive on."""
    leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year + 2, day=28 if leap_day else today.day)


def quote_for(stay: Stay, terms: Terms, nights: Mapping[date, Night], today: date) -> Quote:
    refusal = refusal_for(stay, terms, nights, today)
    if refusal:
        return Quote([], None, refusal)
    return Quote([nights[day] for day in stay.dates()], subtotal(stay, nights), None)


def subtotal(stay: Stay, nights: Mapping[date, OnSale]) -> Decimal:
    """All nights for all rooms."""
    return sum((nights[day].price for day in stay.dates()), Decimal()) * stay.rooms


def _withdrawn(terms: Terms) -> StayRefusal | None:
    return None if terms.on_sale else StayRefusal(StayRefusalCode.NOT_ON_SALE, "It is not on sale.")


def _too_long(stay: Stay, terms: Terms) -> StayRefusal | None:
    if stay.length <= terms.max_nights:
        return None
    return StayRefusal(StayRefusalCode.MAX_NIGHTS, f"At most {terms.max_nights} nights can be stayed.")


def _too_short(stay: Stay, arrival: OnSale | None) -> StayRefusal | None:
    # An arrival night that is not on sale asks for nothing: the last rule refuses it.
    if arrival is None or stay.length >= arrival.min_nights:
        return None
    message = f"Arriving on {stay.check_in} asks for {arrival.min_nights} nights at least."
    return StayRefusal(StayRefusalCode.MIN_NIGHTS, message, stay.check_in)


def _too_many(stay: Stay, terms: Terms) -> StayRefusal | None:
    if stay.guests <= terms.max_guests * stay.rooms:
        return None
    return StayRefusal(StayRefusalCode.TOO_MANY_GUESTS, f"A room takes {terms.max_guests} guests at most.")
