"""How often a password may be tried, and mail be asked for: counted in Redis, for all processes together."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from chassis.cache import Cache
from chassis.errors import RateLimited
from chassis.quota import Quota

from ..people.rules import WrongCredentials
from ..settings import Settings
from .rules import network_of

_TOO_MANY = "Too many attempts. Please try again later."


class Attempts:
    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._quota = Quota(cache)
        self._settings = settings

    @asynccontextmanager
    async def trying(self, email: str, address: str | None) -> AsyncIterator[None]:
        """Around the check of a password. Only what ends in WrongCredentials counts."""
        by_email, by_address = self._settings.sign_in_tries_per_email, self._settings.sign_in_tries_per_address
        taken = await self._taken(_limits("sign-in", email, by_email, address, by_address))
        try:
            yield
        except WrongCredentials:
            raise
        except BaseException:
            await self._return(taken)
            raise
        else:
            await self._return(taken)

    async def ask_for_mail(self, email: str, address: str | None) -> None:
        """Raise RateLimited when too much mail was asked for to this e-mail, or from this address."""
        by_email, by_address = self._settings.reset_mails_per_email, self._settings.reset_mails_per_address
        await self._taken(_limits("reset", email, by_email, address, by_address))

    async def _taken(self, limits: Sequence[tuple[str, int]]) -> list[str]:
        """The keys that were counted up; none where one of them is used up."""
        taken: list[str] = []
        for key, limit in limits:
            try:
                await self._quota.take(key, limit, self._settings.attempts_window_seconds, _TOO_MANY)
            except RateLimited:
                await self._return(taken)
                raise
            taken.append(key)
        return taken

    async def _return(self, keys: Sequence[str]) -> None:
        for key in keys:
            await self._quota.give_back(key)


def _limits(what: str, email: str, by_email: int, address: str | None, by_address: int) -> list[tuple[str, int]]:
    of_email = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    limits = [(f"account:{what}:email:{of_email}", by_email)]
    return [*limits, (f"account:{what}:address:{network_of(address)}", by_address)] if address else limits
