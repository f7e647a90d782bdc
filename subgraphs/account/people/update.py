"""Update a person: what is given changes, what is left out stays."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import FieldError, InvalidInput
from chassis.outbox import publish

from ..events import UserChanged
from . import store
from .change_role import change_role
from .rules import ensure_active, ensure_found, ensure_here, ensure_profile
from .tables import User


async def update_profile(session: AsyncSession, user_id: UUID, given: Mapping[str, Any], today: date) -> User:
    """By the person: `given` are columns of the row."""
    ensure_profile(given, today)
    user = ensure_here(await store.lock_user(session, user_id))
    ensure_active(user)
    return _updated(session, user, given)


async def update_user(session: AsyncSession, user_id: UUID, given: Mapping[str, Any], today: date) -> User:
    """By an administrator, who may change the role too."""
    profile = {name: value for name, value in given.items() if name != "role"}
    ensure_profile(profile, today)
    if "role" not in given:
        return _updated(session, ensure_found(await store.lock_user(session, user_id)), profile)
    if given["role"] is None:
        raise InvalidInput("Everybody has a role.", [FieldError("role", "EMPTY")])
    return _updated(session, await change_role(session, user_id, given["role"]), profile)


def _updated(session: AsyncSession, user: User, given: Mapping[str, Any]) -> User:
    if given:
        for name, value in given.items():
            setattr(user, name, value.strip() if name == "display_name" else value)
        publish(session, UserChanged.of(user.id, user.role))
    return user
