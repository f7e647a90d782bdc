"""What account reads from its environment."""

from pathlib import Path
from typing import ClassVar

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
