"""Whether a webhook comes from the provider (Standard Webhooks: identity, time and body are signed together)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Forged(Exception):
    """Not signed with any secret of ours, or too long ago, or about another body."""


def verified(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The body, once one of the secrets has signed it within five minutes of now. Raises Forged."""
    signed = {name: headers.get(name, "") for name in HEADERS}
    if not any(_is_signed(secret, signed, body) for secret in secrets):
        raise Forged
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Forged from error
    if not isinstance(said, dict):
        raise Forged
    return said


def _is_signed(secret: str, signed: dict[str, str], body: bytes) -> bool:
    try:
        Verifier(secret).verify(body, signed, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: what is no signature, no base64 or no text at all
        return False
    return True
