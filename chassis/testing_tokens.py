"""Tokens for tests: signed with a key made for the run, which is published over real HTTP as account does.

What was revoked is published beside it.
"""

import json
import threading
import time
from base64 import urlsafe_b64encode
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.ids import uuid7
from chassis.revocations import document_of
from chassis.roles import Role


class TokenIssuer:
    """`with TokenIssuer() as tokens: tokens.issue(user_id, Role.GUEST)`; its keys are at `tokens.jwks_url`.

    `tokens.revoked[user_id] = instant` takes back what was issued until then, as soon as the service looks again.
    """

    def __init__(self, key: Ed25519PrivateKey | None = None, kid: str = "test") -> None:
        self._claims = {"iss": "https://overthere.example", "aud": "overthere"}
        self._key, self._kid = key or Ed25519PrivateKey.generate(), kid
        self.jwks = {"keys": [jwk_of(self._key, kid)]}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.revoked: dict[UUID, datetime] = {}
        address = f"http://127.0.0.1:{self._server.server_port}"
        self.jwks_url = f"{address}/.well-known/jwks.json"
        self.revocations_url = f"{address}/internal/revocations"

    def issue(self, user_id: UUID, role: Role = Role.GUEST, *, seconds: float = 900, **claims: Any) -> str:
        """A token good for `seconds`; `claims` replace what it would say."""
        now = time.time()
        said = {"sub": str(user_id), "role": role.value, "sid": str(uuid7()), "iat": int(now * 1000)}
        body = {**self._claims, **said, "exp": int(now + seconds), **claims}
        return jwt.encode(body, self._key, algorithm="EdDSA", headers={"kid": self._kid})

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        def published(path: str) -> bytes:
            return json.dumps(document_of(self.revoked) if path == "/internal/revocations" else self.jwks).encode()

        class Published(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = published(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has there
                """Say nothing: pytest's output is for failures."""

        return Published


def jwk_of(key: Ed25519PrivateKey, kid: str) -> dict[str, str]:
    point = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = urlsafe_b64encode(point).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x}
