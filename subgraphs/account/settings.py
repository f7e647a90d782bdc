"""What account reads from its environment."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ACCOUNT_", populate_by_name=True)
    service: ClassVar[str] = "account"

    signing_key_files: list[Path]
    """Ed25519 private keys in PEM. The first signs; all are published, so that one can be rotated out."""
    access_token_seconds: int = 15 * 60
    refresh_token_days: int = 30
    refresh_grace_seconds: int = 30
    """How long a refresh token that was just used still answers with the same successor."""
    password_hash_workers: int = 2
    """Passwords hashed at the same time, each on a core of its own."""
    sign_in_tries_per_email: int = Field(10, ge=1)
    """Wrong passwords for one e-mail within the window, whoever tries; and for one address, whoever's they are."""
    sign_in_tries_per_address: int = Field(100, ge=1)
    reset_mails_per_email: int = Field(5, ge=1)
    reset_mails_per_address: int = Field(50, ge=1)
    attempts_window_seconds: int = Field(15 * 60, ge=1)
