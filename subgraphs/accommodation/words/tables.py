"""The words places are found by, each once: what a word somebody asks for is compared with."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from ..database import Table


class KnownWord(Table, table=True):
    __tablename__ = "known_words"
    __table_args__ = (
        Index("ix_known_words_letters", "letters"),
        Index("ix_known_words_trigrams", "word", postgresql_using="gist", postgresql_ops={"word": "gist_trgm_ops"}),
    )

    word: str = Field(sa_column=Column(Text, primary_key=True))
    letters: str = Field(sa_column=Column(Text, nullable=False))
    """The same letters sorted: words in which letters only changed places have the same."""
