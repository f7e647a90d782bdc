"""Start a session: the tokens with which a person acts from now on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.ids import uuid7

from ..people import store as people
from ..people.rules import ensure_active, ensure_here, next_instant
from ..people.tables import User
from ..settings import Settings
from .rules import hash_of, new_token
from .tables import RefreshToken
from .tokens import TokenSigner


@dataclass(frozen=True)
class StartedSession:
    user: User
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str


async def start_session(
    session: AsyncSession, signer: TokenSigner, user_id: UUID, lifetime: timedelta
) -> StartedSession:
    """Raise Suspended for who may not act, and Unauthenticated for who has left meanwhile."""
    family_id, token = uuid7(), new_token()
    started = await sign_for(session, signer, user_id, family_id, token)
    store_token(session, user_id, family_id, token, lifetime)
    return started


async def sign_for(
    session: AsyncSession, signer: TokenSigner, user_id: UUID, family_id: UUID, refresh_token: str
) -> StartedSession:
    """Sign with the database's clock under the person's share lock: a revocation is either before or after it."""
    user = ensure_here(await people.share_lock_user(session, user_id))
    ensure_active(user)
    at = next_instant(await people.database_now(session), user.tokens_revoked_at)
    access_token, expires_at = signer.sign(user_id, user.role, family_id, at)
    return StartedSession(user, access_token, expires_at, refresh_token)


def store_token(session: AsyncSession, user_id: UUID, family_id: UUID, token: str, lifetime: timedelta) -> None:
    now = clock.now()
    session.add(
        RefreshToken(
            family_id=family_id,
            user_id=user_id,
            token_hash=hash_of(token),
            created_at=now,
            expires_at=now + lifetime,
        )
    )


def lifetime_of(settings: Settings) -> timedelta:
    return timedelta(days=settings.refresh_token_days)
