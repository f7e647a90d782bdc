"""The others as booking may meet them: fenced by booking, answering again whoever asks again, in any order.

Each is a few rules in memory. They stand in where a test wants thousands of orders of messages; what they really do is
tested where they live.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from chassis import clock
from chassis.ids import uuid7

from .story import Story

Reply = tuple[str, dict[str, Any]]


@dataclass
class Nights:
    """`loses`: the hold lapses before it is confirmed, and the nights are gone."""

    story: Story
    refuses: bool = False
    loses: bool = False
    state: str = "none"

    def asked(self, command: str, payload: dict[str, Any]) -> list[Reply]:
        return {
            "accommodation.hold-nights": self._hold,
            "accommodation.extend-hold": self._extend,
            "accommodation.confirm-hold": self._confirm,
            "accommodation.release-hold": self._release,
        }[command]()

    def _hold(self) -> list[Reply]:
        if self.state == "none":
            self.state = "refused" if self.refuses else "held"
        if self.state in {"held", "confirmed"}:
            return [("accommodation.nights.held", self.story.held_nights())]
        return [("accommodation.nights.refused", {"reason": "SOLD_OUT", "message": "Sold out.", "night": None})]

    def _extend(self) -> list[Reply]:
        if self.state == "held" and self.loses:
            self.state = "lost"
        if self.state in {"held", "confirmed"}:
            return [("accommodation.nights.extended", {"due_at": clock.now().isoformat()})]
        return [self._lost()]

    def _confirm(self) -> list[Reply]:
        if self.state == "held":
            self.state = "lost" if self.loses else "confirmed"
        return [("accommodation.nights.confirmed", {}) if self.state == "confirmed" else self._lost()]

    def _lost(self) -> Reply:
        return "accommodation.nights.lost", {"reason": "SOLD_OUT", "night": None}

    def _release(self) -> list[Reply]:
        self.state = "released"
        return [("accommodation.nights.released", {})]


@dataclass
class Benefits:
    """`discount` is what the coupon takes off; `loses`: it lapses before it is spent, and another has it."""

    discount: int = 10000
    refuses: bool = False
    loses: bool = False
    state: str = "none"

    def asked(self, command: str, payload: dict[str, Any]) -> list[Reply]:
        return {
            "loyalty.hold-benefits": self._hold,
            "loyalty.extend-benefits": list,
            "loyalty.spend-benefits": self._spend,
            "loyalty.release-benefits": self._release,
            "loyalty.give-back-benefits": self._give_back,
        }[command]()

    def _hold(self) -> list[Reply]:
        if self.state == "none":
            self.state = "refused" if self.refuses else "held"
        if self.state in {"held", "spent"}:
            return [("loyalty.benefits.held", {"discount": str(self.discount), "points": 0})]
        return [self._refused()]

    def _spend(self) -> list[Reply]:
        if self.state == "held":
            self.state = "refused" if self.loses else "spent"
        return [self._refused() if self.state == "refused" else (f"loyalty.benefits.{self.state}", {})]

    def _refused(self) -> Reply:
        return "loyalty.benefits.refused", {"reason": "COUPON_NOT_USABLE", "message": "Not this coupon."}

    def _release(self) -> list[Reply]:
        self.state = "released"
        return [("loyalty.benefits.released", {})]

    def _give_back(self) -> list[Reply]:
        self.state = "given-back"
        return [("loyalty.benefits.given-back", {})]


@dataclass
class Money:
    """`received` is what the guest paid, `returned` what went back, by refund; `by_hand` are an administrator's.

    `fails`: the first try of a refund does not work.
    """

    story: Story
    refuses: bool = False
    fails: bool = False
    state: str = "none"
    due: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    returned: dict[str, Decimal] = field(default_factory=dict)
    by_hand: set[str] = field(default_factory=set)

    @property
    def left(self) -> Decimal:
        return self.received - sum(self.returned.values(), Decimal(0))

    def asked(self, command: str, payload: dict[str, Any]) -> list[Reply]:
        if command == "payment.open-payment":
            return self._open(Decimal(payload["amount"]))
        if command == "payment.close-payment":
            return self._close()
        return self._refund(payload["refund_id"], Decimal(payload["amount"]))

    def guest_pays(self) -> list[Reply]:
        """Money may come after the payment was closed, too."""
        if self.state not in {"open", "closed"} or self.due == 0:
            return []
        self.state, self.received = "paid", self.due
        return [self._paid()]

    def guest_pays_another_amount(self) -> list[Reply]:
        """Payment gives that back by itself, and refuses."""
        if self.state != "open":
            return []
        self.state = "refused"
        return [self._report()]

    def guest_takes_account(self) -> list[Reply]:
        """A number to pay into, good for two days."""
        due_at = clock.now() + timedelta(days=2)
        known = self._known() | {"due_at": due_at.isoformat()}
        return [("payment.payment.account-issued", known)] if self.state == "open" else []

    def administrator_refunds(self, amount: Decimal) -> list[Reply]:
        """A part of what is left, if there is so much: set aside at once, and back some time later."""
        if not 0 < amount <= self.left:
            return []
        refund_id = str(uuid7())
        self.by_hand.add(refund_id)
        back = self._give_back(refund_id, amount)
        return [("payment.payment.refund-requested", back[0][1]), *back]

    def _open(self, amount: Decimal) -> list[Reply]:
        if self.state in {"none", "open"}:
            self.state, self.due = "refused" if self.refuses else "open", amount
        if self.state == "open":
            return [("payment.payment.opened", self._known() | {"amount": str(self.due)})]
        return [self._report()]

    def _close(self) -> list[Reply]:
        if self.state in {"none", "open"}:
            self.state = "closed"
        return [self._report()]

    def _refund(self, refund_id: str, amount: Decimal) -> list[Reply]:
        if refund_id in self.returned:
            return self._give_back(refund_id, self.returned[refund_id])
        if self.fails:
            self.fails = False
            return [self._refund_failed(refund_id, amount, "The bank is shut.", final=False, left=None)]
        if amount > self.left:
            return [self._refund_failed(refund_id, amount, "REFUND_EXCEEDS_PAYMENT", final=True, left=str(self.left))]
        return self._give_back(refund_id, amount)

    def _give_back(self, refund_id: str, amount: Decimal) -> list[Reply]:
        self.returned[refund_id] = amount
        return [("payment.payment.refunded", self._known() | {"refund_id": refund_id, "amount": str(amount)})]

    def _refund_failed(self, refund_id: str, amount: Decimal, reason: str, **how: Any) -> Reply:
        failed = {"refund_id": refund_id, "amount": str(amount), "reason": reason}
        return "payment.payment.refund-failed", self._known() | failed | how

    def _report(self) -> Reply:
        if self.state == "paid":
            return self._paid()
        if self.state == "refused":
            return "payment.payment.refused", {"reason": "PROVIDER", "message": "The provider declined."}
        return "payment.payment.closed", self._known()

    def _paid(self) -> Reply:
        paid_at = clock.now().isoformat()
        return "payment.payment.paid", self._known() | {"amount": str(self.received), "paid_at": paid_at}

    def _known(self) -> dict[str, Any]:
        return {"payment_id": str(self.story.payment)}


@dataclass
class World:
    """A booking's others, and every message that is or was under way."""

    story: Story
    nights: Nights
    benefits: Benefits
    money: Money
    commands: list[Reply] = field(default_factory=list)
    reports: list[tuple[Any, Reply]] = field(default_factory=list)
    dead_commands: list[Reply] = field(default_factory=list)
    dead_reports: list[tuple[Any, Reply]] = field(default_factory=list)
    said: list[Reply] = field(default_factory=list)
    """All reports there ever were."""
    seen: int = 0

    async def collect(self) -> None:
        """Take up what the booking has asked since."""
        said = await self.story.messages()
        self.commands += [
            (each.name, each.payload) for each in said[self.seen :] if not each.name.startswith("booking.")
        ]
        self.seen = len(said)

    def carry_out(self, command: Reply) -> None:
        name, payload = command
        asked = {"accommodation": self.nights, "loyalty": self.benefits, "payment": self.money}[name.split(".")[0]]
        self.report(asked.asked(name, payload))

    def report(self, replies: list[Reply]) -> None:
        self.reports += [(uuid7(), reply) for reply in replies]
        self.said += replies

    async def bury_command(self, command: Reply) -> None:
        """Whom it is asked of can't work on it, and puts it aside."""
        self.dead_commands.append(command)
        name, payload = command
        await self.story.bury(name, name.split(".")[0], **payload)

    async def bury_report(self, report: tuple[Any, Reply]) -> None:
        """Booking itself can't."""
        self.dead_reports.append(report)
        message_id, (name, payload) = report
        await self.story.bury(name, "booking", message_id, **payload)

    def replay_dead_letters(self) -> None:
        self.commands += self.dead_commands
        self.reports += self.dead_reports
        self.dead_commands, self.dead_reports = [], []

    async def deliver(self, report: tuple[Any, Reply]) -> None:
        message_id, (name, payload) = report
        await self.story.tell(name, message_id, **payload)
        await self.collect()
