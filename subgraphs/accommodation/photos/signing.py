"""Addresses of a bucket that take one upload alone: of its type, and of its length.

The client of S3 signs who may put something where until when, but not what: a bucket would take five gigabytes.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit


def narrowed(address: str, secret_key: str, headers: Mapping[str, str]) -> str:
    """The signed address of a PUT, signed anew (AWS Signature Version 4) for these headers alone, in lower case."""
    parts = urlsplit(address)
    signed = {"host": parts.netloc, **headers}
    names = sorted(signed)
    given = dict(parse_qsl(parts.query)) | {"X-Amz-SignedHeaders": ";".join(names)}
    del given["X-Amz-Signature"]
    query = urlencode(sorted(given.items()), quote_via=quote)
    said = [*(f"{name}:{signed[name]}" for name in names), "", given["X-Amz-SignedHeaders"], "UNSIGNED-PAYLOAD"]
    request = hashlib.sha256("\n".join(["PUT", parts.path, query, *said]).encode()).hexdigest()
    scope = given["X-Amz-Credential"].partition("/")[2]
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    signature = _mac(key, "\n".join([given["X-Amz-Algorithm"], given["X-Amz-Date"], scope, request])).hex()
    return urlunsplit(parts._replace(query=f"{query}&X-Amz-Signature={signature}"))


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
