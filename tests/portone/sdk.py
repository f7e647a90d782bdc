"""The words of PortOne's official server SDK, as its generated types spell them on the wire."""

import inspect
import re
import sys
from typing import Any, get_args


def words(union: Any, field: str) -> set[str]:
    """What `field` says in each type of a published union; an unknown type is a dict there."""
    return {_word(kind, field) for kind in get_args(union) if kind is not dict}


def _word(kind: type, field: str) -> str:
    """Their serializers set it as a constant, and only there."""
    said = re.findall(rf'entity\["{field}"\] = "(\w+)"', inspect.getsource(sys.modules[kind.__module__]))
    assert len(said) == 1, kind
    return str(said[0])
