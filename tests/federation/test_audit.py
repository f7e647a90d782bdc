"""The local gateway speaks GraphQL over HTTP as its specification has it: the audit of `graphql-http`, both faces."""

import asyncio

from stack.layout import ROOT
from stack.node import node

from .client import Graph
from .serving import PATHS

AUDITS = 61


async def test_the_local_gateway_passes_the_whole_audit(local: Graph) -> None:
    """Where introspection is allowed: four of the audits ask for a type by a variable."""
    addresses = [local.url + path for path in PATHS.values()]
    command = [node(), str(ROOT / "router" / "audit.mjs"), *addresses]
    audit = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        said, _ = await audit.communicate()
    assert said.decode().splitlines() == [f"{address} passes {AUDITS} of {AUDITS}" for address in addresses]
    assert audit.returncode == 0
