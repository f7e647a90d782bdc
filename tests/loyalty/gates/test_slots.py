"""Slots: none is taken twice, none is made up, and those who came first choose first."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis import clock
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.gates.slots import Slots, place

EVENT = UUID(int=1)
NOW = clock.now()


def accepted(person: int, slot: int, generation: int = 1) -> Acceptance:
    return Acceptance(EVENT, UUID(int=person), slot, person, generation, NOW)


def test_a_slot_is_taken_once_and_only_where_there_is_one() -> None:
    slots = Slots(3)
    assert [slots.take(slot) for slot in (3, 3, 0, -1, 4, 1)] == [True, False, False, False, False, True]
    assert (slots.highest, list(slots.free())) == (3, [2])
    assert [slots.take_lowest() for _ in range(2)] == [2, None]


def test_without_a_quantity_there_is_always_another() -> None:
    slots = Slots(None)
    assert slots.take(1_000_000)
    assert [slots.take_lowest() for _ in range(3)] == [1, 2, 3]
    assert slots.highest == 1_000_000


def test_whoever_has_no_slot_is_given_one_after_those_who_have_theirs() -> None:
    slots = Slots(4)
    slots.take(1)
    placed, refused = place(slots, [accepted(1, 1), accepted(2, 2), accepted(3, 2), accepted(4, 9), accepted(5, 3)])
    assert {each.user_id.int: each.slot for each in placed} == {2: 2, 5: 3, 1: 4}
    assert [each.user_id.int for each in refused] == [3, 4]


def test_an_earlier_generation_came_first() -> None:
    placed, refused = place(Slots(1), [accepted(1, 1, generation=2), accepted(2, 1, generation=1)])
    assert ([each.user_id.int for each in placed], [each.user_id.int for each in refused]) == ([2], [1])


@given(
    quantity=st.none() | st.integers(1, 30),
    recorded=st.sets(st.integers(1, 30)),
    wanted=st.lists(st.integers(-2, 40), max_size=40),
)
def test_however_they_come_nobody_shares_a_slot_and_none_is_left_while_somebody_has_none(
    quantity: int | None, recorded: set[int], wanted: list[int]
) -> None:
    slots = Slots(quantity)
    taken = {slot for slot in recorded if slots.take(slot)}
    placed, refused = place(slots, [accepted(person, slot) for person, slot in enumerate(wanted, start=1)])
    given_out = [each.slot for each in placed]
    assert len({*given_out} | taken) == len(given_out) + len(taken)
    assert all(1 <= slot <= (quantity or slot) for slot in given_out)
    assert len(placed) + len(refused) == len(wanted)
    if refused:
        assert {*given_out} | taken == set(range(1, (quantity or 0) + 1))
    assert {*slots.free()} == set(range(1, slots.highest + 1)) - {*given_out} - taken
