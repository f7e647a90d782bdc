"""What booking reads from its environment."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.phones import PhoneSettings


class Settings(PhoneSettings):
    model_config = SettingsConfigDict(env_prefix="BOOKING_", populate_by_name=True)
    service: ClassVar[str] = "booking"

    payment_due_minutes: int = Field(default=10, ge=1)
    """How long a guest has to pay, from the booking's creation."""
    ask_again_seconds: float = Field(default=20, gt=0)
    """How long an answer may take before it is asked for again; twice as long each time."""
    ask_again_times: int = Field(default=8, ge=1)
    """How many times it is asked for again before the booking is stuck."""
    sweep_batch: int = Field(default=200, ge=1)
    """How many bookings of a kind one sweep takes up at most."""

    @property
    def payment_due(self) -> timedelta:
        return timedelta(minutes=self.payment_due_minutes)

    @property
    def ask_again_after(self) -> timedelta:
        return timedelta(seconds=self.ask_again_seconds)
