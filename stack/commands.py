"""The commands of the subgraphs that the stack runs to their end: migrations, replays, and what others ask for."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

from stack.child import Child
from stack.errors import StackError
from stack.layout import ROOT, SUBGRAPHS
from stack.nursery import fork
from stack.services import Surroundings


async def migrate(around: Surroundings) -> None:
    """Create the databases that are missing and bring all of them to the newest revision."""
    packages = [f"subgraphs.{name}" for name in SUBGRAPHS]
    # One process for all: most of what a migration takes is importing the libraries.
    migration = Child(
        name="migrations",
        arguments=[sys.executable, "-m", "chassis.migrations", "upgrade", *packages],
        log=around.layout.log("migrations"),
        environment=around.environment_of_all(),
        folder=ROOT,
        start_with=fork,
    )
    await run_together([migration])


async def replay_outboxes(around: Surroundings) -> None:
    """Say again what the last day said, to a broker that was not there or has forgotten it."""
    since = ["replay-outbox", "--since", "24h"]
    await run_together([command(around, name, "replay", [f"subgraphs.{name}.worker", *since]) for name in SUBGRAPHS])


def command(
    around: Surroundings, subgraph: str, what: str, words: Sequence[str], more: Mapping[str, str] | None = None
) -> Child:
    """`python -m …words` for a subgraph, in the surroundings of its services; `what` names it and its log."""
    return Child(
        name=f"{subgraph} {what}",
        arguments=[sys.executable, "-m", *words],
        log=around.layout.log(f"{subgraph}-{what}"),
        environment={**around.environment(subgraph), **(more or {})},
        folder=ROOT,
        start_with=fork,
    )


async def run_together(commands: Sequence[Child]) -> None:
    """Run commands side by side to their end; StackError says which one failed."""
    for each in commands:
        each.launch()
    ends = await asyncio.gather(*(each.finish() for each in commands), return_exceptions=True)
    for end in ends:
        if isinstance(end, StackError):
            raise end
