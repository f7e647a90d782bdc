"""What points do, once more in plain Python: one person, without a database, without anybody beside them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from subgraphs.loyalty.points.rules import expiry_of

SEOUL = ZoneInfo("Asia/Seoul")
LAPSES_AFTER = timedelta(minutes=15)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Entry = tuple[str, int]


@dataclass
class Lot:
    left: int
    expires: datetime
    held: int = 0


@dataclass
class Stay:
    refunds: dict[int, int] = field(default_factory=dict)
    paid: int | None = None
    points: int = 0

    @property
    def worth(self) -> int:
        return max(0, ((self.paid or 0) - sum(self.refunds.values())) // 100)


@dataclass
class Trip:
    """What a booking asked for and what became of it."""

    state: str = "ASKED"
    points: int = 0
    taken: list[tuple[Lot, int]] = field(default_factory=list)
    since: datetime = LONG_AGO


class Model:
    """Each method is one question asked at `now`."""

    def __init__(self) -> None:
        self.lots: list[Lot] = []
        self.entries: list[Entry] = []
        self.owed = 0
        self.stays = [Stay() for _ in range(3)]
        self.trips = [Trip() for _ in range(4)]

    @property
    def balance(self) -> int:
        return sum(lot.left for lot in self.lots)

    @property
    def held(self) -> int:
        return sum(lot.held for lot in self.lots)

    @property
    def standing(self) -> tuple[int, int, int]:
        return self.balance, self.held, self.owed

    def expire(self, now: datetime) -> None:
        for lot in self._in_order():
            if lot.left and lot.expires <= now:
                self.entries.append(("EXPIRE", -lot.left))
                lot.left = 0

    def grant(self, now: datetime, points: int, days: int) -> bool:
        self.expire(now)
        self._add("GRANT", points, now + timedelta(days=days))
        return True

    def revoke(self, now: datetime, points: int) -> bool:
        if sum(lot.left for lot in self.lots if lot.expires > now) < points:
            return False  # and what expired stands as before: the refusal undoes all of it
        self.expire(now)
        self._take(points)
        self.entries.append(("REVOKE", -points))
        return True

    def complete(self, now: datetime, number: int, paid: int) -> None:
        stay = self.stays[number]
        if stay.paid is not None:
            return
        stay.paid = paid
        stay.points = stay.worth
        if stay.points:
            self.expire(now)
            self._add("EARN", stay.points, expiry_of(now, SEOUL))
            self._settle()

    def refund(self, now: datetime, number: int, refund: int, amount: int) -> None:
        stay = self.stays[number]
        stay.refunds.setdefault(refund, amount)
        if stay.paid is not None and stay.worth < stay.points:
            self.expire(now)
            self.owed += stay.points - stay.worth
            stay.points = stay.worth
            self._settle()

    def hold(self, now: datetime, number: int, points: int) -> str:
        trip = self.trips[number]
        if trip.state == "ASKED":
            trip.state, trip.points, trip.since = "HELD", points, now
            self._hold(now, trip)
        return "held" if trip.state in {"HELD", "SPENT", "GIVEN_BACK"} else "refused"

    def spend(self, now: datetime, number: int) -> str:
        trip = self.trips[number]
        if trip.state == "LAPSED":
            trip.state = "HELD"
            self._hold(now, trip)
        if trip.state in {"ASKED", "HELD"}:
            self._spend(now, trip)
        return "spent" if trip.state in {"SPENT", "GIVEN_BACK"} else "refused"

    def release(self, now: datetime, number: int) -> str:
        trip = self.trips[number]
        if trip.state == "HELD":
            self._let_go(now, trip)
        elif trip.state == "SPENT":
            self._return(now, trip, trip.points)
        if trip.state != "GIVEN_BACK":
            trip.state = "RELEASED"
        return "released"

    def give_back(self, now: datetime, number: int, points: int) -> str:
        trip = self.trips[number]
        if trip.state == "HELD":
            self._spend(now, trip)
        if trip.state == "SPENT":
            self._return(now, trip, points)
            trip.state = "GIVEN_BACK"
        elif trip.state in {"ASKED", "LAPSED"}:
            trip.state = "RELEASED"
        return "given-back"

    def sweep(self, now: datetime) -> None:
        for trip in sorted(self.trips, key=lambda each: each.since):
            if trip.state == "HELD" and trip.since + LAPSES_AFTER < now:
                self._let_go(now, trip)
                trip.state = "LAPSED"

    def _in_order(self) -> list[Lot]:
        return sorted(self.lots, key=lambda lot: lot.expires)

    def _add(self, kind: str, points: int, expires: datetime) -> None:
        self.lots.append(Lot(points, expires))
        self.entries.append((kind, points))

    def _take(self, points: int) -> list[tuple[Lot, int]]:
        taken = []
        for lot in self._in_order():
            part = min(lot.left, points)
            lot.left, points = lot.left - part, points - part
            taken += [(lot, part)] if part else []
        assert points == 0
        return taken

    def _settle(self) -> None:
        points = min(self.owed, self.balance)
        if points:
            self.owed -= points
            self._take(points)
            self.entries.append(("REVOKE", -points))

    def _hold(self, now: datetime, trip: Trip) -> None:
        self.expire(now)
        if self.balance < trip.points:
            trip.state = "REFUSED"
            return
        trip.taken = self._take(trip.points)
        for lot, part in trip.taken:
            lot.held += part

    def _spend(self, now: datetime, trip: Trip) -> None:
        trip.state = "SPENT"
        if trip.points:
            self.expire(now)
            for lot, part in trip.taken:
                lot.held -= part
            self.entries.append(("SPEND", -trip.points))

    def _let_go(self, now: datetime, trip: Trip) -> None:
        self.expire(now)
        for lot, part in trip.taken:
            lot.held, lot.left = lot.held - part, lot.left + part
        trip.taken = []

    def _return(self, now: datetime, trip: Trip, points: int) -> None:
        if not trip.points:
            return
        self.expire(now)
        points = min(points, trip.points)
        self.entries += [("RETURN", points)] if points else []
        for lot in reversed(self._in_order()):
            part = min(points, sum(each for of, each in trip.taken if of is lot))
            if part:
                lot.left, lot.expires, points = (
                    lot.left + part,
                    max(lot.expires, now + timedelta(days=7)),
                    points - part,
                )
        trip.taken = []
