"""What people type to find something by: words in any order, and phone numbers among them however they are written."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from chassis.phones import parts_of
from chassis.texts import ensure_searchable

# A word that is a part of a phone number: digits, and what is written around them.
_OF_A_NUMBER: Final = re.compile(r"[-+().·/]*\d[-+().·/\d]*")
_WILD: Final = re.compile(r"[\\%_]")


@dataclass(frozen=True)
class Sought:
    """A word as it was typed, or the words of a phone number; and what a number has in it that they are part of."""

    typed: str
    numbers: Sequence[str] = ()

    @property
    def patterns(self) -> Sequence[str]:
        """For LIKE, any of them: a text that says it."""
        return ["%" + _WILD.sub(r"\\\g<0>", each) + "%" for each in (self.typed, *self.numbers)]


def sought_in(text: str, region: str) -> Sequence[Sought]:
    """What has to be found, all of it in whatever order. Raise InvalidInput for what can't be looked for."""
    ensure_searchable(text)
    return list(_sought_in(text.split(), region))


def _sought_in(words: Sequence[str], region: str) -> Iterator[Sought]:
    for is_number, together in groupby(words, key=lambda word: bool(_OF_A_NUMBER.fullmatch(word))):
        if is_number:
            typed = " ".join(together)
            yield Sought(typed, parts_of(typed, region))
        else:
            yield from map(Sought, together)
