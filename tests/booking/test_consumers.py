"""The routing table: every report has its listener, and a broken one changes nothing."""

from typing import Any

import pytest

from chassis.events import UnreadableRecord
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings.flow import Signal
from subgraphs.booking.consumers import consumer

from .story import Story

OWN = {signal for signal in Signal if signal.startswith("booking.")}


def test_every_signal_of_the_others_is_listened_to_and_who_has_left_and_nothing_else() -> None:
    assert consumer.names == {signal.value for signal in set(Signal) - OWN} | {"account.user.deleted"}


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("accommodation.nights.held", {}),
        ("accommodation.nights.refused", {"reason": "BORED", "message": "No."}),
        ("payment.payment.paid", {"amount": "much"}),
        ("payment.payment.refunded", {"refund_id": 7}),
    ],
)
async def test_a_report_that_cannot_be_read_changes_nothing(
    subgraph: SubgraphUnderTest, name: str, payload: dict[str, Any]
) -> None:
    story = await Story.begin(subgraph)
    before, said = await story.booking(), await story.said()
    with pytest.raises(UnreadableRecord):
        await story.tell(name, **payload)
    assert (await story.booking()).model_dump() == before.model_dump()
    assert await story.said() == said


async def test_what_is_said_beside_the_needed_is_left_alone(subgraph: SubgraphUnderTest) -> None:
    story = await Story.begin(subgraph)
    await story.tell("accommodation.nights.held", **story.held_nights(), weather="fair")
    assert (await story.booking()).total == 110000
