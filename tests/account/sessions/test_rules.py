"""When a refresh token is good, and what comes after it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import Unauthenticated
from subgraphs.account.sessions.rules import ensure_alive, hash_of, is_repeat, new_salt, new_token, successor_of
from subgraphs.account.sessions.tables import RefreshToken

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GRACE = timedelta(seconds=30)


def a_token(**changed: object) -> RefreshToken:
    given = {"family_id": UUID(int=1), "user_id": UUID(int=2), "token_hash": b"", "created_at": NOW}
    return RefreshToken(**(given | {"expires_at": NOW + timedelta(days=30)} | changed))


def test_tokens_are_random_and_long() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) == 43


def test_the_successor_is_the_same_for_the_same_token_and_salt_only() -> None:
    token, salt = new_token(), new_salt()
    assert successor_of(token, salt) == successor_of(token, salt)
    assert len({successor_of(token, salt), successor_of(token, new_salt()), successor_of(new_token(), salt)}) == 3


def test_the_hash_says_nothing_of_the_token() -> None:
    assert hash_of("a") != hash_of("b")
    assert len(hash_of("a")) == 32


@pytest.mark.parametrize("changed", [{"ended_at": NOW}, {"expires_at": NOW}])
def test_an_ended_or_expired_token_is_no_session(changed: dict[str, datetime]) -> None:
    with pytest.raises(Unauthenticated):
        ensure_alive(a_token(**changed), NOW)


def test_no_token_is_no_session() -> None:
    with pytest.raises(Unauthenticated):
        ensure_alive(None, NOW)


def test_a_token_is_good_until_the_instant_it_expires() -> None:
    row = a_token(expires_at=NOW + timedelta(microseconds=1))
    assert ensure_alive(row, NOW) is row


@pytest.mark.parametrize(
    ("used_ago", "successor", "repeat"),
    [
        (GRACE, a_token(), True),
        (GRACE + timedelta(microseconds=1), a_token(), False),
        (timedelta(), a_token(used_at=NOW), False),
        (timedelta(), None, False),
    ],
)
def test_a_used_token_repeats_itself_for_thirty_seconds_while_its_successor_is_unused(
    used_ago: timedelta, successor: RefreshToken | None, repeat: bool
) -> None:
    assert is_repeat(a_token(used_at=NOW - used_ago), successor, NOW, GRACE) is repeat


def test_an_unused_token_is_no_repeat() -> None:
    assert is_repeat(a_token(), a_token(), NOW, GRACE) is False
