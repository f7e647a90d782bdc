"""Scene: an administrator suspends somebody, whose token stops working everywhere, and restores them."""

import asyncio
import time

from stack.demo.graph import Graph, GraphError
from stack.demo.people import Person
from stack.demo.show import Show

SUSPEND = 'mutation Suspend($id: ID!) { suspendUser(userId: $id, reason: "The demo") { suspendedAt } }'
RESTORE = "mutation Restore($id: ID!) { restoreUser(userId: $id) { suspendedAt } }"
# Each is answered by one subgraph alone, which has to know by itself.
ASKED = {
    "account": "{ viewer { id } }",
    "accommodation": "{ accommodations(first: 1) { totalCount } }",
    "payment": '{ payment(id: "01890000-0000-7000-8000-000000000000") { id } }',
    "booking": '{ booking(id: "01890000-0000-7000-8000-000000000000") { id } }',
    "loyalty": '{ couponIssuance(id: "01890000-0000-7000-8000-000000000000") { id } }',
}
WITHIN = 60


async def suspend_and_restore(admin: Graph, person: Person, show: Show) -> None:
    answers = [await _codes(person.graph, document) for document in ASKED.values()]
    show.must(answers == [[]] * len(ASKED), f"{person.name}'s token works")
    await admin.ask(SUSPEND, id=person.id)
    began = time.monotonic()
    for name, document in ASKED.items():
        await _until_refused(person.graph, document, began)
        took = time.monotonic() - began
        show.must(took <= WITHIN, f"{name} refuses it {took:.0f} s after the suspension")
    restored = await admin.ask(RESTORE, id=person.id)
    show.must(restored["restoreUser"]["suspendedAt"] is None, f"{person.name} is restored, and may sign in again")


async def _until_refused(graph: Graph, document: str, began: float) -> None:
    """Or until it is too late."""
    while "UNAUTHENTICATED" not in await _codes(graph, document) and time.monotonic() - began <= WITHIN:  # noqa: ASYNC110
        await asyncio.sleep(0.5)


async def _codes(graph: Graph, document: str) -> list[str]:
    try:
        await graph.ask(document)
    except GraphError as error:
        return error.codes
    return []
