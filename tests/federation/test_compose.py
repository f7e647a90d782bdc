"""Composing supergraphs: what is committed is what the schemas say, and whoever breaks it is named."""

import subprocess
from pathlib import Path

import pytest
import yaml

from stack.layout import ROOT
from stack.node import node

PEOPLE = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
type User @key(fields: "id") { id: ID! name: String! }
type Query { user(id: ID!): User }
"""
STAYS = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
type User @key(fields: "id") { id: ID! stays: Int! }
"""


def write(folder: Path, **schemas: str | None) -> Path:
    """A list of subgraphs with these schemas; None is one whose schema was never printed."""
    subgraphs = {}
    for name, schema in schemas.items():
        if schema is not None:
            (folder / f"{name}.graphql").write_text(schema)
        subgraphs[name] = {"routing_url": f"http://{name}/graphql", "schema": {"file": f"{name}.graphql"}}
    listed = folder / "supergraph.yaml"
    listed.write_text(yaml.safe_dump({"subgraphs": subgraphs}))
    return listed


def compose(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [node(), str(ROOT / "router" / "compose.mjs"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_committed_supergraphs_are_what_the_schemas_say() -> None:
    done = compose("--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_subgraphs_compose_to_one_graph_with_their_addresses(tmp_path: Path) -> None:
    composed = tmp_path / "supergraph.graphql"
    done = compose(write(tmp_path, people=PEOPLE, stays=STAYS), composed)
    assert done.returncode == 0, done.stderr
    assert '@join__graph(name: "stays", url: "http://stays/graphql")' in composed.read_text()
    assert "stays: Int! @join__field(graph: STAYS)" in composed.read_text()


def test_composing_again_changes_nothing(tmp_path: Path) -> None:
    listed, composed = write(tmp_path, people=PEOPLE, stays=STAYS), tmp_path / "supergraph.graphql"
    compose(listed, composed)
    first = composed.read_text()
    compose(listed, composed)
    assert composed.read_text() == first


def test_a_supergraph_that_is_stale_fails_the_check_and_stays_as_it_is(tmp_path: Path) -> None:
    listed, composed = write(tmp_path, people=PEOPLE, stays=STAYS), tmp_path / "supergraph.graphql"
    compose(listed, composed)
    before = composed.read_text()
    assert compose("--check", listed, composed).returncode == 0
    write(tmp_path, people=PEOPLE, stays=STAYS.replace("stays: Int!", "stays: Int! nights: Int!"))
    done = compose("--check", listed, composed)
    assert done.returncode == 1
    assert "supergraph.graphql is stale: run `make schema` and commit it" in done.stderr
    assert composed.read_text() == before


def test_a_supergraph_that_was_never_composed_fails_the_check(tmp_path: Path) -> None:
    done = compose("--check", write(tmp_path, people=PEOPLE), tmp_path / "never.graphql")
    assert done.returncode == 1
    assert "never.graphql is not composed" in done.stderr


@pytest.mark.parametrize(
    ("stays", "complaint"),
    [
        (None, "stays: its schema is not printed"),
        ("type User {", "stays: "),
        (STAYS.replace("stays: Int!", "name: String!"), "stays"),
        (STAYS + "type Query { other: Nowhere }", "stays"),
    ],
    ids=["not printed", "no GraphQL", "does not share", "unknown type"],
)
def test_the_subgraph_that_breaks_it_is_named_and_nothing_is_written(
    tmp_path: Path, stays: str | None, complaint: str
) -> None:
    composed = tmp_path / "supergraph.graphql"
    done = compose(write(tmp_path, people=PEOPLE, stays=stays), composed)
    assert done.returncode == 1
    assert complaint in done.stderr
    assert "at " not in done.stderr.partition("\n")[0][:3]
    assert not composed.exists()


def test_one_argument_alone_is_refused(tmp_path: Path) -> None:
    done = compose(write(tmp_path, people=PEOPLE))
    assert (done.returncode, done.stdout) == (1, "")
    assert "give both" in done.stderr
