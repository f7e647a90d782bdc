"""`make rush`, smaller and shorter."""

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from stack.demo.graph import Graph
from stack.demo.rush import STOCK
from stack.demo.show import Show
from stack.errors import StackError
from stack.local import Stack
from stack.ports import LOOPBACK, free_port
from stack.rush.__main__ import Plan, make_a_rush

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def test_guests_ask_again_and_again_until_all_coupons_are_gone_and_the_address_is_said(
    stack: Stack, admin: Graph
) -> None:
    told = StringIO()
    plan = Plan(guests=6, coupons=4, opens_in=timedelta(seconds=1), lasts=timedelta(seconds=4))
    event_id = await make_a_rush(stack.url, Show(Console(file=told, width=200)), plan)
    assert f"{stack.url}/rush/{event_id}\n" in told.getvalue()
    event = (await admin.ask(STOCK, event=event_id))["couponEvent"]
    assert (event["status"], event["stock"]["accepted"]) == ("SOLD_OUT", 4)


async def test_without_a_stack_it_says_how_to_start_one() -> None:
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with pytest.raises(StackError, match=r"no stack is ready at .*: `make up` starts one"):
        await make_a_rush(nowhere, Show(Console(file=StringIO())), Plan())
