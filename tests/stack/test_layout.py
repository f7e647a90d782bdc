"""The table of processes says the same as the lists of subgraphs and the entrance."""

import re
from pathlib import Path

import pytest
import yaml

from stack.layout import FACES, ROOT, SUBGRAPHS, Layout, Ports, url


@pytest.mark.parametrize(
    ("file", "path"), [("supergraph.yaml", "/graphql"), ("supergraph.admin.yaml", "/admin/graphql")]
)
def test_the_supergraphs_lead_to_where_the_apis_listen(file: str, path: str) -> None:
    listed = yaml.safe_load((ROOT / file).read_text())["subgraphs"]
    expected = {name: url(port) + path for name, port in Ports().apis.items() if name in listed}
    assert {name: entry["routing_url"] for name, entry in listed.items()} == expected


def test_every_subgraph_is_in_the_public_graph() -> None:
    listed = yaml.safe_load((ROOT / "supergraph.yaml").read_text())["subgraphs"]
    assert sorted(listed) == sorted(SUBGRAPHS)


def test_every_back_office_is_in_the_graph_of_the_back_office() -> None:
    listed = yaml.safe_load((ROOT / "supergraph.admin.yaml").read_text())["subgraphs"]
    assert sorted(listed) == sorted(path.parent.name for path in (ROOT / "subgraphs").glob("*/schema.admin.graphql"))


def test_every_folder_of_a_subgraph_has_its_processes() -> None:
    folders = {path.parent.name for path in (ROOT / "subgraphs").glob("*/app.py")}
    assert folders == set(SUBGRAPHS)


@pytest.mark.parametrize("ports", [Ports(), Ports.free()], ids=["default", "free"])
def test_no_two_processes_share_a_port(ports: Ports) -> None:
    single = [ports.entrance, ports.portone, ports.mailbox, ports.smtp, ports.postgres, ports.valkey, ports.kafka]
    many = [ports.apis, ports.workers, ports.apollo, ports.hive]
    every = single + [port for table in many for port in table.values()]
    assert len(every) == len(set(every)) == 7 + 2 * len(SUBGRAPHS) + 2 * len(FACES)


def test_the_gateway_takes_the_same_addresses_for_granted() -> None:
    settings = (ROOT / "router" / "local" / "settings.mjs").read_text()
    said = dict(re.findall(r"'([A-Z]+)_URL', 'http://127\.0\.0\.1:(\d+)'", settings))
    assert said == {name.upper(): str(port) for name, port in Ports().apis.items()}


def test_a_stack_of_its_own_keeps_everything_below_its_home(tmp_path: Path) -> None:
    layout = Layout(home=tmp_path)
    places = [layout.data, layout.log("booking-api"), layout.secrets]
    assert all(place.is_relative_to(tmp_path) for place in places)
    # What was downloaded or built once serves all.
    assert (layout.programs, layout.jars) == (Layout().programs, Layout().jars)
