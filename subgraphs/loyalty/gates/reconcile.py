"""Compare the books of the running events, the gate's and the rows; whatever is missing in one is added."""

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from chassis import clock
from chassis.database import Database
from chassis.kafka import Producer
from chassis.outages import is_outage

from ..coupon_events.book import Book, Figures
from ..coupon_events.relay import relaying
from ..coupon_events.rules import Acceptance, is_over
from ..coupon_events.send import accepted, send_acceptances
from ..coupon_events.store import events_by_id, get_event, issuances_by_id, running_events
from ..coupon_events.stream import Stream
from ..coupon_events.tables import CouponEvent
from ..settings import Settings
from . import metrics, store
from .collect import acceptance_of

logger = structlog.get_logger(__name__)

PAGE = 1_000
# How long a gate answers whoever asks when all of it is settled; after that the rows do.
KEPT = timedelta(days=1)


@dataclass
class Difference:
    """On how many coupons of an event the two books did not agree."""

    unrecorded: int = 0
    """Accepted and not recorded: sent again, or to be once the broker is back."""
    unknown: int = 0
    """Recorded and unknown to the gate: added to it."""
    dead_lettered: int = 0
    """Accepted, and could not be recorded: they wait for somebody to replay them."""


async def reconcile_events(
    database: Database, book: Book, stream: Stream, producer: Producer, settings: Settings
) -> None:
    """Those that are running, as far as nothing of it may still be under way."""
    before = clock.now() - timedelta(seconds=settings.overdue_seconds)
    async with database.reading() as session:
        running = await events_by_id(session, await running_events(session))
    compared = []
    try:
        for event in running.values():
            compared.append(Comparison(database, book, stream, producer, event))
            await _compare(compared[-1], before)
    finally:
        # Also where the broker is away, and nothing can be sent again: then they differ for just that reason.
        for kind in asdict(Difference()):
            metrics.BOOKS_DIFFER.labels(kind).set(sum(getattr(each.difference, kind) for each in compared))


async def _compare(comparison: "Comparison", before: datetime) -> None:
    try:
        await comparison.run(before)
    except Exception as error:
        if is_outage(error):
            raise
        # What is wrong with one event must not keep the others from being compared.
        logger.exception("books_not_compared", coupon_event_id=str(comparison.event.id))


async def reconcile_event(
    database: Database, book: Book, stream: Stream, producer: Producer, coupon_event_id: UUID
) -> CouponEvent:
    """As somebody asks for it: everybody one by one, whatever the figures say; as it is after that. Raise NotFound."""
    async with database.reading() as session:
        event = await get_event(session, coupon_event_id)
    await Comparison(database, book, stream, producer, event).run(clock.now(), thoroughly=True)
    async with database.reading() as session:
        return await get_event(session, coupon_event_id)


class Comparison:
    """Of one event's books. It only ever adds: what is accepted is sent again, what is recorded is told the gate."""

    def __init__(self, database: Database, book: Book, stream: Stream, producer: Producer, event: CouponEvent) -> None:
        self._database = database
        self._book = book
        self._stream = stream
        self._producer = producer
        self.event = event
        self._sent: set[UUID] = set()
        self.difference = Difference()

    async def run(self, before: datetime, *, thoroughly: bool = False) -> None:
        """Of what was accepted before that instant; person by person only where the figures don't add up."""
        async with self._database.reading() as session:
            # Before the gate is looked at: whoever is recorded by now was accepted by then.
            recorded, rank = await store.recorded_figures(session, self.event.id, self.event.gate_generation)
            letters = await store.dead_acceptances(session, self.event.id)
        figures = await self._book.figures(self.event.id)
        if figures is None or not figures.is_open or figures.generation != self.event.gate_generation:
            return  # it is being rebuilt, out of both books
        dead = await self._open_letters([each for each in map(acceptance_of, letters) if each])
        own = [each.rank for each in dead.values() if each.generation == figures.generation]
        if max([rank, *own]) > figures.rank:
            await self._distrust(figures, max([rank, *own]))
            return
        self.difference.dead_lettered = len(dead)
        try:
            await self._compare_stream(before, dead)
            # What is dead of this very gate may be so because somebody else was given the same slot.
            if thoroughly or own or recorded > figures.accepted or await self._is_any_missing(figures, recorded):
                await self._compare_everybody(before, dead, figures)
        finally:
            self._report()
        await self._settle(before, figures, recorded)

    async def _open_letters(self, dead: Sequence[Acceptance]) -> dict[UUID, Acceptance]:
        """By issuance. Closes the letters of those who are recorded after all."""
        if not dead:
            return {}
        async with self._database.transaction() as session:
            recorded = await issuances_by_id(session, [each.issuance_id for each in dead])
            if done := [accepted(each).key() for each in dead if each.issuance_id in recorded]:
                await store.close_dead_letters(session, done, clock.now())
        return {each.issuance_id: each for each in dead if each.issuance_id not in recorded}

    async def _distrust(self, figures: Figures, rank: int) -> None:
        """The gate does not know of what it gave itself: it is from an older copy."""
        said = {"generation": figures.generation, "last_rank": figures.rank, "unknown_rank": rank}
        logger.error("gate_older", coupon_event_id=str(self.event.id), **said)
        await self._book.distrust(self.event.id, figures.generation)

    async def _compare_stream(self, before: datetime, dead: Container[UUID]) -> None:
        last: Acceptance | None = None
        while page := await self._stream.page_of_waiting(self.event.id, last):
            recorded = await self._send_unrecorded([each for each in page if each.requested_at < before], dead)
            await self._stream.forget(recorded)
            last = page[-1]

    async def _is_any_missing(self, figures: Figures, recorded: int) -> bool:
        """Whether somebody is neither recorded nor waiting to be. Rows are counted again: they grow meanwhile."""
        if figures.accepted <= recorded + figures.waiting:
            return False
        async with self._database.reading() as session:
            recorded, _ = await store.recorded_figures(session, self.event.id, figures.generation)
        return figures.accepted > recorded + figures.waiting

    async def _compare_everybody(self, before: datetime, dead: Container[UUID], figures: Figures) -> None:
        async for page in self._book.pages(self.event.id):
            await self._send_unrecorded([each for each in page if each.requested_at < before], dead)
        last: UUID | None = None
        while rows := await self._page_of_rows(last):
            known = await self._book.known(self.event.id, [each.user_id for each in rows])
            for each in rows:
                if each.user_id not in known:
                    await self._tell_gate(each, figures)
            last = rows[-1].user_id

    async def _page_of_rows(self, after: UUID | None) -> Sequence[Acceptance]:
        async with self._database.reading() as session:
            return await store.page_of_recorded(session, self.event.id, after, PAGE)

    async def _tell_gate(self, recorded: Acceptance, figures: Figures) -> None:
        if recorded.generation == figures.generation:
            await self._distrust(figures, recorded.rank)
            return
        outcome = await self._book.learn(recorded)
        self.difference.unknown += abs(outcome)
        if outcome < 0:
            # The gate may give, or has given, that slot to somebody else.
            logger.error("slot_not_free", coupon_event_id=str(self.event.id), slot=recorded.slot)
            await self._book.distrust(self.event.id, figures.generation)

    async def _send_unrecorded(self, page: Sequence[Acceptance], dead: Container[UUID]) -> Sequence[Acceptance]:
        """Returns those who are recorded; who is among the dead letters is left to whoever replays them."""
        async with self._database.reading() as session:
            recorded = await issuances_by_id(session, [each.issuance_id for each in page])
        done = {*recorded, *self._sent}
        lost = [each for each in page if each.issuance_id not in done and each.issuance_id not in dead]
        if lost:
            await self._send(lost)
        return [each for each in page if each.issuance_id in recorded]

    async def _send(self, lost: Sequence[Acceptance]) -> None:
        async with relaying(self._database) as running:
            if self.event.id in running:
                self._sent |= {each.issuance_id for each in lost}
                self.difference.unrecorded = len(self._sent)
                await send_acceptances(self._stream, self._producer, lost)

    def _report(self) -> None:
        if self.difference != Difference():
            logger.warning("books_differ", coupon_event_id=str(self.event.id), **asdict(self.difference))

    async def _settle(self, before: datetime, figures: Figures, recorded: int) -> None:
        """Once an event is over, and all of it is recorded, there is nothing left to compare."""
        if is_over(self.event, before) and figures.waiting == 0 and figures.accepted == recorded:
            async with self._database.transaction() as session:
                await store.mark_settled(session, self.event.id, clock.now())
            await self._book.expire(self.event.id, max(self.event.closes_at, clock.now()) + KEPT)
