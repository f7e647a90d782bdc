"""What accommodation reads from its environment."""

from pathlib import Path
from typing import ClassVar

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ACCOMMODATION_", populate_by_name=True)
    service: ClassVar[str] = "accommodation"

    hold_grace_seconds: int = 5 * 60
    """How long after its due time a hold is let go that nobody released."""

    photo_folder: Path = Path(".local/photos")
    """Where photos are kept unless a bucket is named; the API and the worker share it."""
    photo_s3_bucket: str | None = None
    photo_s3_region: str | None = None
    photo_s3_endpoint: str | None = None
    photo_s3_access_key: SecretStr | None = None
    photo_s3_secret_key: SecretStr | None = None
