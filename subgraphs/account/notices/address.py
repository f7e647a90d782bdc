"""Address a notice: to whom, in which language, with what in it; or say why nobody needs it any more."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..bookings import store as bookings
from ..bookings.tables import Booking
from ..mailed_tokens.make import make_token
from ..people import store as people
from ..people.tables import User
from ..settings import Settings
from .compose import Letter, amount, day, instant, language_of
from .rules import is_late
from .tables import Kind, Notice


class NoUse(Exception):
    """Nobody needs this mail any more, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooEarly(Exception):
    """What it is about has not been heard of yet."""


async def address(session: AsyncSession, notice: Notice, settings: Settings) -> Letter:
    if notice.kind == Kind.RESET_PASSWORD:
        user = _reachable(await people.find_user_by_email(session, notice.details["email"]))
        if user.suspended_at is not None:
            raise NoUse("suspended")
        return _with_token(session, notice.kind, user, settings.reset_password_page, settings)
    if notice.kind == Kind.VERIFY_EMAIL:
        user = _reachable(await people.find_user(session, notice.user_id) if notice.user_id else None)
        if user.email_verified_at is not None:
            raise NoUse("verified already")
        return _with_token(session, notice.kind, user, settings.verify_email_page, settings)
    return await _about_booking(session, notice, settings)


def _with_token(session: AsyncSession, kind: str, user: User, page: str, settings: Settings) -> Letter:
    """Behind a #, where no server and no log sees it."""
    token = make_token(session, user.id, user.email, kind)
    language = language_of(user.preferred_language, settings.mail_language)
    return Letter(kind, user.email, language, {"name": user.display_name}, link=f"{page}#{token}")


async def _about_booking(session: AsyncSession, notice: Notice, settings: Settings) -> Letter:
    booking = await bookings.find_booking(session, notice.booking_id) if notice.booking_id else None
    if booking is None:
        raise TooEarly
    user = _reachable(await people.find_user(session, booking.guest_id))
    given = notice.details.get("payment_due_at")
    payment_due_at = datetime.fromisoformat(given) if given else None
    if is_late(notice, booking, payment_due_at, clock.now()):
        raise NoUse("too late")
    language = language_of(user.preferred_language, settings.mail_language)
    facts = {"name": user.display_name, **_facts(booking, language)}
    if payment_due_at:
        facts["due_at"] = instant(payment_due_at, settings.time_zone, language)
    if "amount" in notice.details:
        facts["amount"] = amount(Decimal(notice.details["amount"]), booking.currency)
    return Letter(notice.kind, user.email, language, facts)


def _facts(booking: Booking, language: str) -> dict[str, Any]:
    return {
        "code": booking.code,
        "check_in": day(booking.check_in, language),
        "check_out": day(booking.check_out, language),
        "total": amount(booking.total, booking.currency) if booking.total else None,
    }


def _reachable(user: User | None) -> User:
    if user is None:
        raise NoUse("nobody")
    return user
