"""Words in the database: learned once, found by what they look like."""

import asyncio

from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.words.find import find_meanings
from subgraphs.accommodation.words.rules import Likeness, words_of
from subgraphs.accommodation.words.store import learn_words, words_like


async def test_words_are_learned_once_though_many_teach_them(accommodation: SubgraphUnderTest) -> None:
    words = [f"word{at}" for at in range(50)]

    async def learn(order: list[str]) -> None:
        async with accommodation.database.transaction() as session:
            await learn_words(session, order)

    await asyncio.gather(*(learn(words[at:] + words[:at]) for at in range(8)))
    async with accommodation.database.reading() as session:
        like = await words_like(session, ["word7"])
    assert ("word7", "word7", 0) in like
    assert len([known for _, known, _ in like if known == "word7"]) == 1


async def test_each_word_is_given_what_it_may_mean(accommodation: SubgraphUnderTest) -> None:
    async with accommodation.database.transaction() as session:
        await learn_words(session, words_of("Oslo Frogner Grünerløkka Løkka apartment apart 해운대 해운대호텔"))
    async with accommodation.database.reading() as session:
        olso, lokka, nothing, korean = await find_meanings(session, words_of("olso løkka xyzzyx 해운데"))
    assert olso == {Likeness.MISSPELLED: ["oslo"]}
    assert lokka == {Likeness.SAME: ["lokka"], Likeness.CONTAINED: ["grunerlokka"]}
    assert nothing == {}
    assert korean == {Likeness.MISSPELLED: words_of("해운대")}


async def test_no_words_ask_the_database_nothing(accommodation: SubgraphUnderTest) -> None:
    accommodation.sql.clear()
    async with accommodation.database.reading() as session:
        assert await find_meanings(session, []) == []
    assert accommodation.sql == []
