"""`make rush`: on a stack that runs, guests come in a wave, ask for a coupon, and ask again, so that one can watch."""

import asyncio
import random
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from rich.console import Console

from stack.arguments import ENTRANCE, read_arguments
from stack.demo.graph import Graph, GraphError
from stack.demo.people import Person, sign_in, sign_up_crowd
from stack.demo.rush import ISSUE, announce_event, open_event
from stack.demo.show import Show
from stack.errors import StackError
from stack.layout import Layout, Ports
from stack.progress import Progress

CLIENTS = 10


@dataclass(frozen=True)
class Plan:
    guests: int = 300
    coupons: int = 200
    opens_in: timedelta = timedelta(seconds=10)
    lasts: timedelta = timedelta(seconds=30)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit with 0 when the wave is over."""
    asked = read_arguments("python -m stack.rush", __doc__, arguments, [ENTRANCE])
    try:
        entrance = Layout(ports=Ports.read(asked)).entrance_url
        asyncio.run(make_a_rush(entrance, Show(Console(highlight=False)), Plan()))
    except StackError as error:
        Progress().fail(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


async def make_a_rush(entrance: str, show: Show, plan: Plan) -> str:
    """The id of the event, when its wave is over."""
    async with AsyncExitStack() as opened:
        clients = [httpx.AsyncClient(base_url=entrance, timeout=60) for _ in range(CLIENTS)]
        for client in clients:
            await opened.enter_async_context(client)
        await _ensure_up(clients[0])
        graphs = [Graph(client, "/graphql") for client in clients]
        admin = (await sign_in(graphs[0], "admin@overthere.example", "/admin/graphql")).graph
        event_id = await announce_event(admin, "A rush to watch", plan.coupons, entrance, show)
        people = await sign_up_crowd(graphs, show, plan.guests, run=secrets.token_hex(4))
        opens_at = await open_event(admin, event_id, plan.opens_in, show)
        answers = await _wave(people, event_id, opens_at, plan.lasts)
        show.say(f"{plan.guests} guests have asked {answers.total():,} times.")
        if answers["UNAVAILABLE"]:
            show.say(f"{answers['UNAVAILABLE']:,} times they were told UNAVAILABLE, while the gate was being rebuilt.")
    return event_id


async def _ensure_up(http: httpx.AsyncClient) -> None:
    try:
        ready = (await http.get("/readyz")).is_success
    except httpx.TransportError:
        ready = False
    if not ready:
        raise StackError(f"no stack is ready at {http.base_url}: `make up` starts one")


async def _wave(people: Sequence[Person], event_id: str, opens_at: datetime, lasts: timedelta) -> Counter[str]:
    """How often they were answered, and how. They come as crowds do: few, many, few."""
    answers: Counter[str] = Counter()
    ends_at = opens_at + lasts
    arrivals = [opens_at + lasts * random.betavariate(2, 3) for _ in people]
    await asyncio.gather(
        *(_come(person, event_id, at, ends_at, answers) for person, at in zip(people, arrivals, strict=True))
    )
    return answers


async def _come(person: Person, event_id: str, at: datetime, until: datetime, answers: Counter[str]) -> None:
    while at < until:
        await asyncio.sleep(max(0, (at - datetime.now(UTC)).total_seconds()))
        answers[await _ask(person, event_id)] += 1
        at = datetime.now(UTC) + timedelta(seconds=random.uniform(0.5, 2.5))


async def _ask(person: Person, event_id: str) -> str:
    try:
        await person.graph.ask(ISSUE, event=event_id)
    except GraphError as refusal:
        # A gate that is being rebuilt is one of the things to watch: they ask again, as guests do.
        if refusal.codes != ["UNAVAILABLE"]:
            raise
        return "UNAVAILABLE"
    return "DECIDED"


if __name__ == "__main__":
    sys.exit(main())
