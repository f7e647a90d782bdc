"""What was built at the start is left alone by the collector; what comes after is collected."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from chassis.garbage import spare_what_stays


class Knot:
    """Something only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_there_is_not_looked_at_again() -> None:
    kept = [Knot() for _ in range(10)]
    spare_what_stays()
    assert gc.get_freeze_count() > 0
    assert not any(each is kept[0] for each in gc.get_objects())


def test_what_comes_after_is_collected_all_the_same() -> None:
    spare_what_stays()
    knot = weakref.ref(Knot())
    assert knot() is not None
    young = gc.get_threshold()[0]
    for _ in range(2):
        [[] for _ in range(young)]
    assert knot() is None
