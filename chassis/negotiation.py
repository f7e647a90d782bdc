"""Which media type an answer has, and which status: GraphQL over HTTP, told from the request's headers."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"

# Statuses of refusals that came before execution, for clients that speak GRAPHQL; the rest is 400.
_STATUSES = {"UNAUTHENTICATED": 401, "FORBIDDEN": 403, "RATE_LIMITED": 429, "UNAVAILABLE": 503, "INTERNAL": 500}

# Clients send few different headers, and each of them many times.
_REMEMBERED = 256


@lru_cache(_REMEMBERED)
def answer_type(accept: str) -> str | None:
    """The media type of the answer: what the client prefers of the two, None when it takes neither."""
    if not accept:
        return JSON
    offers = sorted(_offers(accept), key=lambda offer: -offer[1])
    return next((media for media, quality in offers if quality > 0), None)


def names_graphql(accept: str) -> bool:
    """Whether a media type of GraphQL's is asked for by name, as no link, image or form of a page can."""
    return any(each.partition(";")[0].strip().lower() in (JSON, GRAPHQL) for each in accept.split(","))


def status_of(media_type: str, codes: Sequence[str]) -> int:
    """The status of an answer without data. Clients of the older type read everything from the body."""
    if media_type == JSON:
        return 200
    return next((_STATUSES[code] for code in codes if code in _STATUSES), 400)


@lru_cache(_REMEMBERED)
def is_json(content_type: str) -> bool:
    """Whether a body is JSON in UTF-8."""
    media, *parameters = content_type.lower().split(";")
    if media.strip() != JSON:
        return False
    charsets = [each.partition("=")[2].strip().strip('"') for each in parameters if each.strip().startswith("charset")]
    return all(each in ("utf-8", "utf8") for each in charsets)


def _offers(accept: str) -> list[tuple[str, float]]:
    offers = []
    for each in accept.lower().split(","):
        media, *parameters = (part.strip() for part in each.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if media in (JSON, GRAPHQL):
            offers.append((media, _number(quality)))
        elif media in ("*/*", "application/*"):
            # Clients that take anything were there before the newer type.
            offers.append((JSON, _number(quality)))
    return offers


def _number(quality: str) -> float:
    try:
        return float(quality)
    except ValueError:
        return 0
