"""Argon2id, off the event loop: hashing takes a core for long enough to hold up every other request."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from .rules import WrongCredentials
from .tables import User

# What OWASP's Password Storage Cheat Sheet asks for at least: 19 MiB, two passes, one lane. A hash says with what it
# was made, so these can be raised while older ones stay good.
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1


class Passwords:
    """Hashes and checks passwords on a few threads of its own."""

    def __init__(self, workers: int) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._nobodys = self._hasher.hash("the password of an e-mail that nobody signed up with")

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def check(self, user: User | None, password: str) -> User:
        """Whose password it is, or WrongCredentials. For nobody it takes just as long, so that time tells nothing."""
        password_hash = user.password_hash if user else self._nobodys
        fits = await asyncio.get_running_loop().run_in_executor(self._threads, self._fits, password_hash, password)
        if user is None or not fits:
            raise WrongCredentials
        return user

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
