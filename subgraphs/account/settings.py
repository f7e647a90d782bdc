"""What account reads from its environment."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.phones import PhoneSettings


class Settings(PhoneSettings):
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

    smtp_url: SecretStr = SecretStr("smtp://127.0.0.1:4302")
    """smtp://user:password@host:port (TLS where the server offers it), smtp+starttls:// or smtps://."""
    mail_from: str = "저기어때 · Overthere <no-reply@overthere.example>"
    mail_language: Literal["ko", "en"] = "ko"
    """For whoever prefers none of ours."""
    verify_email_url: str | None = None
    """Where a client takes the token after the #; by default pages of account's own, under PUBLIC_URL."""
    reset_password_url: str | None = None

    @property
    def verify_email_page(self) -> str:
        return self.verify_email_url or f"{self.public_url}/account/verify-email"

    @property
    def reset_password_page(self) -> str:
        return self.reset_password_url or f"{self.public_url}/account/reset-password"
