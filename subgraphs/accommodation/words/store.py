"""Every SQL statement about words."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ARRAY, Integer, Text, column, func, literal, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from .rules import letters_of
from .tables import KnownWord

_NEAREST = 50
"""Candidates by trigrams for each word; which of them are near enough is then counted in letters."""


async def learn_words(session: AsyncSession, words: Iterable[str]) -> None:
    """Make the words known. In one order, so that two who learn the same words don't wait for each other in a ring."""
    rows = [{"word": word, "letters": letters_of(word)} for word in sorted(set(words))]
    if rows:
        await session.execute(insert(KnownWord).on_conflict_do_nothing(), rows)


async def words_like(session: AsyncSession, asked: Sequence[str]) -> list[tuple[str, str, int]]:
    """Known words that may be meant: (asked, known, letters that differ, 3 for all beyond 2)."""
    given = literal([letters_of(word) for word in asked], ARRAY(Text))
    words = (
        func.unnest(literal(list(asked), ARRAY(Text)), given)
        .table_valued(column("word", Text), column("letters", Text))
        .render_derived("asked")
    )
    known = col(KnownWord.word)
    near = select(known).order_by(known.op("<->")(words.c.word)).limit(_NEAREST).correlate(words).subquery()
    candidates = (
        union(
            select(known.label("word")).where(known.like(func.concat("%", words.c.word, "%"))).correlate(words),
            select(known.label("word")).where(col(KnownWord.letters) == words.c.letters).correlate(words),
            select(near.c.word.label("word")),
        )
        .subquery("candidate")
        .lateral()
    )
    edits = func.levenshtein_less_equal(candidates.c.word, words.c.word, 2, type_=Integer)
    found = await session.execute(
        select(words.c.word, candidates.c.word, edits).select_from(words).join(candidates, literal(value=True))
    )
    return [(asked_word, known_word, distance) for asked_word, known_word, distance in found]
