"""The mailbox's settings."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MAILBOX_")

    host: str = "127.0.0.1"
    port: int = 4301
    smtp_port: int = 4302
    folder: str = ".local/data/mailbox"
    most: int = 2_000
    """Mails kept: the oldest make room."""
