"""What account keeps of bookings, and whom it writes to about them, whatever order it hears in."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis import clock
from chassis.ids import uuid7
from tests.account.mailroom import Mailroom, Moody
from tests.account.world import World

SAID = {
    "code": "K7XWQ2MN",
    "host_id": None,
    "check_in": "2026-12-01",
    "check_out": "2026-12-03",
    "total": "90000",
    "currency": "KRW",
}
EVENTS = {
    "PENDING": "created",
    "AWAITING_PAYMENT": "awaiting-payment",
    "CONFIRMED": "confirmed",
    "COMPLETED": "completed",
    "REFUSED": "refused",
    "EXPIRED": "expired",
    "CANCELLED": "cancelled",
}


async def hear(world: World, guest: UUID, booking_id: UUID, status: str, **changed: Any) -> None:
    said = {**SAID, "booking_id": booking_id, "guest_id": guest, "status": status, **changed}
    assert await world.account.handle(f"booking.booking.{EVENTS[status]}", said)


async def status_of(world: World, booking_id: UUID) -> str:
    async with world.account.database.reading() as session:
        found = await session.execute(text("select status from bookings where id = :id"), {"id": booking_id})
        return str(found.scalar_one())


@pytest.mark.parametrize("order", list(itertools.permutations(["PENDING", "AWAITING_PAYMENT", "CONFIRMED"])))
async def test_in_whatever_order_it_is_heard_of_it_stands_where_it_is(world: World, order: list[str]) -> None:
    booking, guest = uuid7(), uuid7()
    for status in order:
        await hear(world, guest, booking, status)
    assert await status_of(world, booking) == "CONFIRMED"


async def test_a_confirmed_booking_is_mailed_once_however_often_it_is_said(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    mina = await world.sign_up("mina", preferredLanguage="en")
    booking = uuid7()
    for _ in range(3):
        await hear(world, mina.id, booking, "CONFIRMED")
    confirmation, _ = await mailroom.mailed(mina.email)
    await hear(world, mina.id, booking, "CONFIRMED")
    assert len(await mailroom.mailed(mina.email)) == 2
    assert confirmation.message["subject"] == "Booking K7XWQ2MN is confirmed"
    assert "Check-in: 1 December 2026" in confirmation.part("plain")
    assert "Total: 90,000 KRW" in confirmation.part("plain")


async def test_a_cancelled_booking_and_its_refund_are_mailed(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina", preferredLanguage="ko")
    booking, refund = uuid7(), uuid7()
    await hear(world, mina.id, booking, "CANCELLED")
    for _ in range(2):
        refunded = {"booking_id": booking, "refund_id": refund, "amount": "45000"}
        await world.account.handle("payment.payment.refunded", refunded)
    subjects = sorted(str(mail.message["subject"]) for mail in await mailroom.mailed(mina.email))
    assert subjects == ["예약 K7XWQ2MN 환불 안내", "예약 K7XWQ2MN이(가) 취소되었습니다", "이메일 주소를 확인해 주세요"]


async def test_a_refund_heard_of_before_its_booking_waits_for_it(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    mina = await world.sign_up("mina")
    booking = uuid7()
    await world.account.handle("payment.payment.refunded", {"booking_id": booking, "refund_id": uuid7(), "amount": "1"})
    assert len(await mailroom.mailed(mina.email)) == 1
    await hear(world, mina.id, booking, "EXPIRED")
    await mailroom.due_now()
    assert len(await mailroom.mailed(mina.email)) == 2


async def test_who_must_still_pay_is_reminded_an_hour_before(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina = await world.sign_up("mina", preferredLanguage="en")
    booking, now = uuid7(), clock.now()
    await hear(world, mina.id, booking, "AWAITING_PAYMENT")
    for hours in (10, 20):
        issued = {"booking_id": booking, "due_at": now + timedelta(hours=hours)}
        await world.account.handle("payment.payment.account-issued", issued)
    for hours, mails in ((18.9, 1), (19.1, 2), (19.5, 2)):
        monkeypatch.setattr(clock, "now", lambda hours=hours: now + timedelta(hours=hours))
        assert len(await mailroom.mailed(mina.email)) == mails
    assert mailroom.mails.newest(1)[0].message["subject"] == "Booking K7XWQ2MN waits for your payment"


async def test_who_has_paid_is_not_reminded(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina = await world.sign_up("mina")
    booking, now = uuid7(), clock.now()
    issued = {"booking_id": booking, "due_at": now + timedelta(hours=10)}
    await world.account.handle("payment.payment.account-issued", issued)
    await hear(world, mina.id, booking, "CONFIRMED")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=9.5))
    await mailroom.send()
    assert ("PAYMENT_REMINDER", "DROPPED", "too late") in await mailroom.states()


async def test_a_guest_who_left_is_not_written_to(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina")
    await hear(world, mina.id, uuid7(), "CONFIRMED")
    await world.execute("update users set deleted_at = now()")
    assert await mailroom.mailed(mina.email) == []
    assert {reason for _, _, reason in await mailroom.states()} == {"nobody"}
