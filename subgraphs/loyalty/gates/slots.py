"""Which slots of one event are taken and which are free, while its gate is rebuilt."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..coupon_events.rules import Acceptance


class Slots:
    """1 to the quantity or, without one, as many as it takes. One byte a slot: a million weigh a megabyte."""

    def __init__(self, quantity: int | None) -> None:
        self._quantity = quantity
        self._taken = bytearray()
        self._lowest = 0

    @property
    def highest(self) -> int:
        """The highest that is taken, or 0."""
        return len(self._taken)

    def take(self, slot: int) -> bool:
        """False where somebody has it, or where there is no such slot."""
        if slot < 1 or (self._quantity is not None and slot > self._quantity):
            return False
        if slot > len(self._taken):
            self._taken.extend(bytes(slot - len(self._taken)))
        elif self._taken[slot - 1]:
            return False
        self._taken[slot - 1] = 1
        return True

    def take_lowest(self) -> int | None:
        """None where none is free."""
        found = self._taken.find(0, self._lowest)
        self._lowest = len(self._taken) if found < 0 else found
        slot = self._lowest + 1
        return slot if self.take(slot) else None

    def free(self) -> Iterator[int]:
        """Those below the highest, in their order."""
        at = self._taken.find(0)
        while at >= 0:
            yield at + 1
            at = self._taken.find(0, at + 1)


def place(slots: Slots, acceptances: Iterable[Acceptance]) -> tuple[list[Acceptance], list[Acceptance]]:
    """Each keeps its slot or, where somebody else has that, is given the lowest; and those for whom none is left.

    Those who came first choose first.
    """
    in_order = sorted(acceptances, key=lambda each: (each.generation, each.rank))
    placed = [each for each in in_order if slots.take(each.slot)]
    kept = {each.user_id for each in placed}
    refused = []
    for each in in_order:
        if each.user_id in kept:
            continue
        if slot := slots.take_lowest():
            placed.append(replace(each, slot=slot))
        else:
            refused.append(each)
    return placed, refused
