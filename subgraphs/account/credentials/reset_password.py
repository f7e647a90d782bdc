"""Reset a password: whoever has the mailed token chooses a new one, once."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..mailed_tokens.rules import ensure_good, hash_of
from ..mailed_tokens.store import find_token, use_up
from ..mailed_tokens.tables import RESET_PASSWORD
from ..mailed_tokens.take import take_token
from ..people.rules import ensure_password
from ..sessions.start import StartedSession
from ..sessions.tokens import TokenSigner
from .change_password import replace_password


async def ensure_resettable(session: AsyncSession, token: str, password: str) -> None:
    """Looked at before the password is hashed, which takes long and is for nobody who only tries."""
    row = ensure_good(await find_token(session, hash_of(token)), RESET_PASSWORD, clock.now())
    ensure_password(password, row.email, "newPassword")


async def reset_password(
    session: AsyncSession, signer: TokenSigner, token: str, password_hash: str, lifetime: timedelta
) -> StartedSession:
    """The mail has also shown whose address it is. A suspended person's token stays as good as it was."""
    user = await take_token(session, token, RESET_PASSWORD)
    user.email_verified_at = user.email_verified_at or clock.now()
    await use_up(session, user.id, RESET_PASSWORD, clock.now())
    return await replace_password(session, signer, user, password_hash, lifetime)
