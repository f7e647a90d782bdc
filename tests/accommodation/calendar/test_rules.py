"""Whether a stay is allowed: the order of the rules, and the night each refusal is about."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.accommodation.calendar.rules import (
    Dates,
    NightsTaken,
    Stay,
    StayRefusal,
    StayRefusalCode,
    Terms,
    can_be_anywhere,
    ensure_ahead,
    ensure_range,
    ensure_rooms_left,
    ensure_stay,
    quote_for,
    refusal_for,
    refusal_of_own,
    shortage,
    two_years_after,
)
from subgraphs.accommodation.calendar.tables import Night

TODAY = date(2031, 5, 10)
ROOM_TYPE = uuid7()


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def night(ahead: int, **fields: Any) -> Night:
    given = {"price": Decimal(100), "units": 2, "held": 0, "sold": 0, "closed": False, "min_nights": 1} | fields
    return Night(room_type_id=ROOM_TYPE, date=day(ahead), **given)


def calendar(*nights: Night) -> dict[date, Night]:
    return {each.date: each for each in nights}


def stay(first: int = 1, end: int = 3, guests: int = 2, rooms: int = 1) -> Stay:
    return Stay(day(first), day(end), guests, rooms)


def open_nights(aheads: Iterable[int] = range(800), **fields: Any) -> dict[date, Night]:
    return calendar(*(night(ahead, **fields) for ahead in aheads))


TERMS = Terms(on_sale=True, max_guests=2, max_nights=5)
ON_SALE = open_nights(range(-5, 40))

REFUSALS: list[tuple[str, Stay, Terms, dict[date, Night], StayRefusalCode, date | None]] = [
    ("withdrawn", stay(), Terms(False, 2, 5), ON_SALE, StayRefusalCode.NOT_ON_SALE, None),
    ("withdrawn before too long", stay(1, 9), Terms(False, 2, 5), ON_SALE, StayRefusalCode.NOT_ON_SALE, None),
    ("too long", stay(1, 7), TERMS, ON_SALE, StayRefusalCode.MAX_NIGHTS, None),
    ("too long before past", stay(-2, 7), TERMS, ON_SALE, StayRefusalCode.MAX_NIGHTS, None),
    ("centuries", Stay(day(0), date(9999, 1, 1), 2, 1), TERMS, ON_SALE, StayRefusalCode.MAX_NIGHTS, None),
    ("yesterday", stay(-1, 1), TERMS, ON_SALE, StayRefusalCode.IN_THE_PAST, day(-1)),
    (
        "past before short",
        stay(-1, 1),
        TERMS,
        open_nights(range(-5, 9), min_nights=4),
        StayRefusalCode.IN_THE_PAST,
        day(-1),
    ),
    ("two years and a day", stay(732, 733), TERMS, open_nights(), StayRefusalCode.TOO_FAR_AHEAD, day(732)),
    ("far before not on sale", stay(732, 733), TERMS, {}, StayRefusalCode.TOO_FAR_AHEAD, day(732)),
    ("short", stay(), TERMS, open_nights(min_nights=3), StayRefusalCode.MIN_NIGHTS, day(1)),
    ("short before crowded", stay(guests=3), TERMS, open_nights(min_nights=3), StayRefusalCode.MIN_NIGHTS, day(1)),
    ("crowded", stay(guests=3), TERMS, ON_SALE, StayRefusalCode.TOO_MANY_GUESTS, None),
    ("crowded in two rooms", stay(guests=5, rooms=2), TERMS, ON_SALE, StayRefusalCode.TOO_MANY_GUESTS, None),
    ("crowded before not on sale", stay(guests=3), TERMS, {}, StayRefusalCode.TOO_MANY_GUESTS, None),
    ("never on sale", stay(), TERMS, {}, StayRefusalCode.NOT_ON_SALE, day(1)),
    ("second night not on sale", stay(), TERMS, calendar(night(1)), StayRefusalCode.NOT_ON_SALE, day(2)),
    ("closed", stay(), TERMS, calendar(night(1), night(2, closed=True)), StayRefusalCode.CLOSED, day(2)),
    ("closed before sold out", stay(), TERMS, open_nights(closed=True, sold=2), StayRefusalCode.CLOSED, day(1)),
    ("sold", stay(), TERMS, calendar(night(1), night(2, sold=2)), StayRefusalCode.SOLD_OUT, day(2)),
    ("held", stay(), TERMS, calendar(night(1, held=2), night(2)), StayRefusalCode.SOLD_OUT, day(1)),
    ("held and sold", stay(), TERMS, calendar(night(1, held=1, sold=1), night(2)), StayRefusalCode.SOLD_OUT, day(1)),
    ("a room too many", stay(rooms=2), TERMS, open_nights(held=1), StayRefusalCode.SOLD_OUT, day(1)),
    (
        "the earlier night decides",
        stay(),
        TERMS,
        calendar(night(1, sold=2), night(2, closed=True)),
        StayRefusalCode.SOLD_OUT,
        day(1),
    ),
]


@pytest.mark.parametrize(
    ("terms", "asked", "nights", "code", "night_"),
    [(t, s, n, c, d) for _, s, t, n, c, d in REFUSALS],
    ids=[each[0] for each in REFUSALS],
)
def test_the_first_broken_rule_is_the_refusal(
    terms: Terms, asked: Stay, nights: dict[date, Night], code: StayRefusalCode, night_: date | None
) -> None:
    refusal = refusal_for(asked, terms, nights, TODAY)
    assert refusal is not None
    assert (refusal.code, refusal.night) == (code, night_)
    quote = quote_for(asked, terms, nights, TODAY)
    assert (quote.nights, quote.total, quote.refusal) == ([], None, refusal)


ALLOWED: list[tuple[str, Stay, dict[date, Night]]] = [
    ("from today", stay(0, 1), ON_SALE),
    ("as long as can be", stay(1, 6), ON_SALE),
    ("on the last day", stay(731, 732), open_nights()),
    ("over the last day", stay(731, 735), open_nights()),
    ("as short as can be", stay(), open_nights(min_nights=2)),
    ("the arrival night alone asks for nights", stay(), calendar(night(1), night(2, min_nights=9))),
    ("to the last room", stay(rooms=2, guests=4), ON_SALE),
    ("the night of leaving may be closed", stay(), calendar(night(1), night(2), night(3, closed=True))),
]


@pytest.mark.parametrize(("asked", "nights"), [each[1:] for each in ALLOWED], ids=[each[0] for each in ALLOWED])
def test_what_breaks_no_rule_is_allowed(asked: Stay, nights: dict[date, Night]) -> None:
    assert refusal_for(asked, TERMS, nights, TODAY) is None


def test_a_quote_has_each_night_for_one_room_and_the_total_for_all() -> None:
    nights = calendar(night(1, price=Decimal(100)), night(2, price=Decimal(150)), night(3, price=Decimal(999)))
    quote = quote_for(stay(rooms=2, guests=4), TERMS, nights, TODAY)
    assert [(each.date, each.price) for each in quote.nights] == [(day(1), Decimal(100)), (day(2), Decimal(150))]
    assert (quote.total, quote.refusal) == (Decimal(500), None)


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        (stay(3, 3), ["stay.checkOut"]),
        (stay(3, 1), ["stay.checkOut"]),
        (stay(guests=0), ["stay.guests"]),
        (stay(rooms=0), ["stay.rooms"]),
        (stay(3, 2, guests=-1, rooms=-1), ["stay.checkOut", "stay.guests", "stay.rooms"]),
    ],
)
def test_less_than_one_night_guest_or_room_is_no_stay(asked: Stay, fields: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        ensure_stay(asked)
    assert [each.field for each in refusal.value.fields] == fields


@pytest.mark.parametrize("end", [0, 1, 366])
def test_a_calendar_has_up_to_366_nights(end: int) -> None:
    ensure_range(day(0), day(end))


@pytest.mark.parametrize("end", [-1, 367])
def test_a_calendar_that_is_longer_or_ends_before_it_begins_is_refused(end: int) -> None:
    with pytest.raises(InvalidInput):
        ensure_range(day(0), day(end))


def test_two_years_after_a_leap_day_is_the_last_of_february() -> None:
    assert two_years_after(date(2028, 2, 29)) == date(2030, 2, 28)
    assert two_years_after(date(2027, 2, 28)) == date(2029, 2, 28)


def test_a_host_is_refused_their_own_place_and_nobody_else() -> None:
    host, guest = UUID(int=1), UUID(int=2)
    own = refusal_of_own(host, host)
    assert own is not None
    assert own.code is StayRefusalCode.NOT_ON_SALE
    assert refusal_of_own(guest, host) is None


def test_a_shortage_says_how_many_rooms_are_left() -> None:
    found = shortage([day(1)], 2, calendar(night(1, sold=1)))
    assert found == StayRefusal(StayRefusalCode.SOLD_OUT, f"Rooms left for the night of {day(1)}: 1.", day(1))


@pytest.mark.parametrize(
    ("first", "length", "possible"),
    [(0, 1, True), (-1, 1, False), (731, 1, True), (732, 1, False), (0, 730, True), (0, 731, False), (731, 730, True)],
)
def test_some_stays_are_possible_nowhere(first: int, length: int, possible: bool) -> None:
    check_in = TODAY + timedelta(days=first)
    stay = Stay(check_in, check_in + timedelta(days=length), guests=1, rooms=1)
    assert can_be_anywhere(stay, TODAY) is possible


@pytest.mark.parametrize(
    ("first", "end", "wrong"),
    [
        (0, 366, []),
        (731, 732, []),
        (0, 0, [("to", "OUT_OF_RANGE")]),
        (0, 367, [("to", "OUT_OF_RANGE")]),
        (731, 733, [("to", "TOO_FAR_AHEAD")]),
        (-1, 1, [("from", "IN_THE_PAST")]),
        (-1, -1, [("to", "OUT_OF_RANGE"), ("from", "IN_THE_PAST")]),
    ],
)
def test_nights_are_opened_and_changed_from_today_to_two_years_ahead(
    first: int, end: int, wrong: list[tuple[str, str]]
) -> None:
    found = []
    try:
        ensure_ahead(Dates(day(first), day(end)), TODAY)
    except InvalidInput as refusal:
        found = [(each.field, each.code) for each in refusal.fields]
    assert found == wrong


def test_dates_are_half_open_and_of_some_weekdays() -> None:
    assert Dates(day(0), day(3)).days() == [day(0), day(1), day(2)]
    saturdays = Dates(day(0), day(14), {5}).days()
    assert [each.weekday() for each in saturdays] == [5, 5]


def test_fewer_rooms_than_are_taken_can_not_be() -> None:
    nights = [night(0), night(1, held=1, sold=1), night(2, sold=2)]
    ensure_rooms_left(nights, None)
    ensure_rooms_left(nights, 2)
    with pytest.raises(NightsTaken) as refusal:
        ensure_rooms_left(nights, 1)
    assert refusal.value.extensions == {"code": "NIGHTS_TAKEN", "date": str(day(1)), "taken": 2}
