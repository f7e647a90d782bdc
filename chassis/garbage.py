"""Garbage: what Python's collector need not look at again and again, because it lives as long as the process."""

import gc

# Reference counts free nearly everything. Hundreds of requests in flight hold some hundred objects each, which are
# looked at in vain when their number is what calls the collector.
_YOUNG, _MIDDLE, _OLD = 100_000, 10, 10


def spare_what_stays() -> None:
    """To be called once all is imported and built: schemas are large, and walking them took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
