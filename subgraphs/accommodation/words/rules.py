"""What counts as the same word: case and accents do not, and a letter or two may be wrong."""

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum

LONGEST_WORD = 60
"""In letters; what is longer is cut. Only a text without spaces comes near."""

_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart into a plain one and its accent.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


class Likeness(IntEnum):
    """How near a known word is to one that was asked for; a greater one is nearer."""

    MISSPELLED = 1
    CONTAINED = 2
    BEGINNING = 3
    SAME = 4


def words_of(*texts: str) -> list[str]:
    """The words of the texts, each once, without case and accents.

    Syllables of Hangul come apart into their letters, so that one wrong vowel is one wrong letter and not one wrong
    half of a word.
    """
    found = (word[:LONGEST_WORD] for text in texts for word in _WORD.findall(folded(text)))
    return list(dict.fromkeys(found))


def letters_of(word: str) -> str:
    """The letters of the word in the order of the alphabet."""
    return "".join(sorted(word))


def likeness(asked: str, known: str, edits: int) -> Likeness | None:
    """None when the words are different ones; `edits` letters must change to make one of the other."""
    if asked == known:
        return Likeness.SAME
    if known.startswith(asked):
        return Likeness.BEGINNING
    if len(asked) >= 3 and asked in known:
        return Likeness.CONTAINED
    swapped = edits == 2 and len(asked) >= 4 and letters_of(asked) == letters_of(known)
    return Likeness.MISSPELLED if swapped or edits <= _forgiven(asked) else None


def meanings(asked: str, alike: Iterable[tuple[str, Likeness]]) -> dict[Likeness, list[str]]:
    """What may be meant. Short words have many neighbours: one that is known as it stands means itself."""
    found: dict[Likeness, list[str]] = {}
    for known, how in alike:
        found.setdefault(how, []).append(known)
    if len(asked) < 6 and Likeness.SAME in found:
        found.pop(Likeness.MISSPELLED, None)
    return found


def _forgiven(asked: str) -> int:
    """How many letters may be wrong."""
    return 0 if len(asked) < 4 else 1 if len(asked) < 8 else 2


def folded(text: str) -> str:
    """Without case and accents, Hangul in its letters."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_PLAIN)
