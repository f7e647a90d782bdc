"""Both faces of every subgraph speak GraphQL over HTTP as its specification has it: the audit of `graphql-http`."""

import subprocess

from stack.layout import ROOT
from stack.node import node

from .serving import PATHS, Served

AUDITS = 61


def test_both_faces_pass_the_whole_audit(subgraph: Served) -> None:
    addresses = [subgraph.url + path for path in PATHS.values()]
    audit = [node(), str(ROOT / "router" / "audit.mjs"), *addresses]
    done = subprocess.run(audit, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.splitlines() == [f"{address} passes {AUDITS} of {AUDITS}" for address in addresses]
    assert done.returncode == 0, done.stderr
