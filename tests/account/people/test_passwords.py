"""Passwords are checked off the event loop, and an unknown e-mail costs what a wrong password does."""

import asyncio
from threading import Event

import pytest

from subgraphs.account.people.passwords import Passwords
from subgraphs.account.people.rules import WrongCredentials
from subgraphs.account.people.tables import User


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(workers=1)


def somebody(password_hash: str) -> User:
    return User(email="mina@example.com", password_hash=password_hash, display_name="Mina", role="GUEST")


async def test_the_right_password_fits(passwords: Passwords) -> None:
    user = somebody(await passwords.hash("correct horse"))
    assert await passwords.check(user, "correct horse") is user


async def test_a_wrong_password_does_not(passwords: Passwords) -> None:
    with pytest.raises(WrongCredentials):
        await passwords.check(somebody(await passwords.hash("correct horse")), "Correct horse")


async def test_nobody_has_no_password_that_fits(passwords: Passwords) -> None:
    with pytest.raises(WrongCredentials):
        await passwords.check(None, "the password of an e-mail that nobody signed up with")


async def test_nobodys_password_is_verified_all_the_same(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    monkeypatch.setattr(passwords, "_fits", lambda password_hash, _: verified.append(password_hash) or False)
    with pytest.raises(WrongCredentials):
        await passwords.check(None, "anything")
    assert [each[:10] for each in verified] == ["$argon2id$"]


async def test_the_loop_goes_on_while_a_password_is_hashed(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher, loop_went_on = passwords._hasher, Event()

    class Patient:
        def hash(self, password: str) -> str:
            assert loop_went_on.wait(30)
            return hasher.hash(password)

    monkeypatch.setattr(passwords, "_hasher", Patient())
    hashing = asyncio.ensure_future(passwords.hash("correct horse"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not hashing.done()
    loop_went_on.set()
    assert hasher.verify(await hashing, "correct horse")
