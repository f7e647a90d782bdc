"""The page of messages: all that is declared, each with its key, its fields and who listens."""

import re

import pytest

from stack import messages
from stack.layout import ROOT
from tests.contracts.examples import listeners, speakers

PAGE = messages.page()


def section(name: str) -> str:
    found = re.search(rf"^### {re.escape(name)}$(.*?)(?=^###? |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1].strip()


def test_the_page_that_is_committed_is_what_the_code_says() -> None:
    assert (ROOT / "docs/events.md").read_text() == PAGE


def test_everything_that_is_said_has_its_section_and_nothing_else() -> None:
    said = [event.name for events in speakers().values() for event in events]
    assert sorted(re.findall("^### (.+)$", PAGE, re.MULTILINE)) == sorted(said)


@pytest.mark.parametrize("subgraph", listeners())
def test_everybody_who_listens_is_named_at_what_they_listen_to(subgraph: str) -> None:
    heard = listeners()[subgraph].names
    named = {name for name in re.findall("^### (.+)$", PAGE, re.MULTILINE) if f"\n- {subgraph}:" in section(name)}
    assert named == heard


def test_a_section_says_what_a_receiver_wants_to_know() -> None:
    assert section("loyalty.give-back-benefits") == (
        "Return what was held or spent, as far as the cancellation gives it back.\n\n"
        "- key: `booking_id`\n"
        "- says: `booking_id` id, `coupon` boolean, `points` integer\n"
        "- loyalty: `booking_id`, `coupon`, `points`"
    )
    assert "`nights` [{date date, price decimal}]" in section("accommodation.nights.held")
    assert "- key: `coupon_event_id`:`user_id`" in section("loyalty.coupon.accepted")
    assert "`night` date?" in section("accommodation.nights.refused")
