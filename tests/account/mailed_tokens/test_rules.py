"""When a mailed token is good, and for what."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from subgraphs.account.mailed_tokens.rules import NotGood, ensure_good, hash_of, new_token
from subgraphs.account.mailed_tokens.tables import RESET_PASSWORD, VERIFY_EMAIL, MailedToken

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


def a_token(**changed: object) -> MailedToken:
    given = {"token_hash": b"", "user_id": UUID(int=1), "purpose": RESET_PASSWORD, "email": "a@b.example"}
    return MailedToken(**(given | {"created_at": NOW, "expires_at": NOW + A_MOMENT} | changed))


def test_it_is_good_for_its_purpose_until_the_instant_it_expires() -> None:
    row = a_token()
    assert ensure_good(row, RESET_PASSWORD, NOW) is row


@pytest.mark.parametrize(
    "row",
    [None, a_token(expires_at=NOW), a_token(used_at=NOW - A_MOMENT), a_token(purpose=VERIFY_EMAIL)],
    ids=["unknown", "expired", "used", "for something else"],
)
def test_whatever_is_wrong_with_it_the_refusal_is_one(row: MailedToken | None) -> None:
    with pytest.raises(NotGood) as refused:
        ensure_good(row, RESET_PASSWORD, NOW)
    assert refused.value.extensions == {"code": "INVALID_INPUT", "fields": [{"field": "token", "code": "NOT_GOOD"}]}


def test_tokens_are_random_and_long_and_their_hash_says_nothing_of_them() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) == 43
    assert len({hash_of(token) for token in tokens}) == 100
