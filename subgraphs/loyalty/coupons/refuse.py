"""Tell a booking that it does not have what it asked for, with the reason that was recorded."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import BenefitsRefused
from .rules import LetGo
from .tables import BenefitHold


def refuse_benefits(session: AsyncSession, hold: BenefitHold) -> None:
    let_go = LetGo()
    reason, message = hold.refusal or let_go.code, hold.message or let_go.message
    publish(session, BenefitsRefused(booking_id=hold.booking_id, reason=reason, message=message))
