"""Find what words may mean: the known ones that are the same, begin or contain them, or are spelled nearly so."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .rules import Likeness, likeness, meanings


async def find_meanings(session: AsyncSession, asked: Sequence[str]) -> list[dict[Likeness, list[str]]]:
    """For each word in turn, the known words by how near they are; a word that means nothing has none."""
    alike: dict[str, list[tuple[str, Likeness]]] = {word: [] for word in asked}
    for word, known, edits in await store.words_like(session, asked) if asked else []:
        how = likeness(word, known, edits)
        if how is not None:
            alike[word].append((known, how))
    return [meanings(word, alike[word]) for word in asked]
