"""A bucket on a server that speaks as S3 does and checks each signature, what is signed by it, and until when."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from stack.child import Child
from stack.node import node
from stack.ports import LOOPBACK, free_port
from stack.server import Server

NAME = "photos"
# The one account that s3rver knows.
KEY = SECRET = "S3RVER"
_S3RVER = Path(__file__).parents[3] / "router/node_modules/@20minutes/s3rver/lib/cli.js"
# The package has the command's code, and leaves the command out.
_RUN = "require(process.argv[1]).parseAsync(['', '', ...process.argv.slice(2)])"
_SUFFIX = "._S3rver_object"


@dataclass(frozen=True)
class Bucket:
    url: str
    folder: Path

    def settings(self, secret: str = SECRET) -> dict[str, Any]:
        keys = {"photo_s3_access_key": SecretStr(KEY), "photo_s3_secret_key": SecretStr(secret)}
        return {"photo_s3_bucket": NAME, "photo_s3_region": "auto", "photo_s3_endpoint": self.url} | keys

    def files(self) -> list[str]:
        found = (str(each.relative_to(self.folder / NAME)) for each in self.folder.rglob(f"*{_SUFFIX}"))
        return sorted(name.removesuffix(_SUFFIX) for name in found)


def s3_server(folder: Path) -> Server:
    port, data = free_port(), folder / "data"
    where = ["-d", str(data), "-a", LOOPBACK, "-p", str(port), "--no-vhost-buckets", "--configure-bucket", NAME]
    url = f"http://{LOOPBACK}:{port}"
    child = Child(name="S3", arguments=[node(), "-e", _RUN, str(_S3RVER), *where], log=folder / "log")
    return Server(name="S3", port=port, url=url, child=child, answers=lambda: _answers(url))


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/{NAME}").status_code == 200
    except httpx.TransportError:
        return False
