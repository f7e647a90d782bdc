"""docker-compose.yml says of the same system what the stack's table says.

It is not held against the published JSON schema of compose files, which is no part of this repository: what could be
misspelt is checked by what it refers to, below, and `docker compose config` refuses the rest.
"""

import importlib
import re
from typing import Any

import pytest
import yaml
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from stack.layout import FACES, ROOT, SUBGRAPHS
from stack.portone.settings import Settings as PortOneSettings
from stack.portone.settings import payment_environment

TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / "stack" / "compose" / "env.example").read_text()
CADDYFILE = (ROOT / "stack" / "compose" / "Caddyfile").read_text()
SERVICE_WORDS = {
    *("build", "command", "depends_on", "entrypoint", "environment", "healthcheck", "image", "ports", "profiles"),
    *("read_only", "restart", "secrets", "security_opt", "stop_grace_period", "tmpfs", "volumes"),
}


def test_only_words_of_the_compose_specification_are_used() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"name", "services", "volumes", "secrets"}
    assert {word for service in SERVICES.values() for word in service} - SERVICE_WORDS == set()


def test_every_process_of_the_stack_has_its_container() -> None:
    of_subgraphs = {name + role for name in SUBGRAPHS for role in ("", "-worker", "-migrations")}
    routers = {kind if face == "public" else f"{kind}-{face}" for kind in ("apollo", "hive") for face in FACES}
    assert set(SERVICES) == of_subgraphs | routers | {*("postgres", "redis", "kafka", "portone", "mailbox", "entrance")}


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_a_subgraphs_processes_share_one_image_that_holds_it_alone(name: str) -> None:
    api, worker, migrations = SERVICES[name], SERVICES[f"{name}-worker"], SERVICES[f"{name}-migrations"]
    assert api["image"] == worker["image"] == migrations["image"] == f"overthere/{name}"
    assert migrations["build"] == {"context": ".", "args": {"SUBGRAPH": name}}
    assert "command" not in api
    assert worker["command"] == ["worker"]
    assert migrations["entrypoint"] + migrations["command"] == [
        *("python", "-m", "chassis.migrations", "upgrade", f"subgraphs.{name}")
    ]


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_a_subgraph_starts_on_migrated_tables_with_its_servers_up(name: str) -> None:
    expected = {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "kafka": {"condition": "service_healthy"},
        f"{name}-migrations": {"condition": "service_completed_successfully"},
    }
    assert SERVICES[name]["depends_on"] == expected
    assert SERVICES[f"{name}-worker"]["depends_on"] == expected


def test_what_is_waited_for_exists_and_can_say_that_it_is_healthy() -> None:
    built = {f"overthere/{name}" for name in SUBGRAPHS}  # the Dockerfile brings their health check
    for name, service in SERVICES.items():
        for other, wish in service.get("depends_on", {}).items():
            waited = SERVICES[other]
            healthy = "healthcheck" in waited or waited["image"] in built
            assert wish["condition"] != "service_healthy" or healthy, f"{name} waits for {other}"


@pytest.mark.parametrize("name", SUBGRAPHS)
def test_every_variable_of_a_subgraph_is_one_it_reads(name: str) -> None:
    settings: type[BaseSettings] = importlib.import_module(f"subgraphs.{name}.settings").Settings
    prefix = settings.model_config["env_prefix"]
    known = set()
    for field, about in settings.model_fields.items():
        alias = about.validation_alias
        known |= set(map(str, alias.choices)) if isinstance(alias, AliasChoices) else {f"{prefix}{field}".upper()}
    required = {
        choice
        for field, about in settings.model_fields.items()
        if about.is_required()
        for choice in (
            map(str, about.validation_alias.choices)
            if isinstance(about.validation_alias, AliasChoices)
            else [f"{prefix}{field}".upper()]
        )
    }
    for role in ("", "-worker", "-migrations"):
        told = set(SERVICES[name + role]["environment"])
        assert told - known == set()
        assert required - told == set()


def test_payment_is_told_what_the_local_stack_tells_it() -> None:
    told = {name for name in SERVICES["payment"]["environment"] if name.startswith("PAYMENT_")}
    assert told == set(payment_environment(PortOneSettings()))


def test_every_variable_of_the_simulator_is_one_it_reads() -> None:
    known = {f"PORTONE_SIMULATOR_{field}".upper() for field in PortOneSettings.model_fields}
    assert set(SERVICES["portone"]["environment"]) - known == set()


def test_no_secret_is_written_down() -> None:
    secret = re.compile(r"SECRET|PASSWORD|SMTP_URL$|CHANNEL_KEY$|STORE_ID$|SIGNING_KEY_FILE$")
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if secret.search(name):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?see stack/compose/env\.example\}", value), name
    assert COMPOSE["secrets"]["signing_key"]["file"].startswith("${SIGNING_KEY_FILE:?")


def test_the_example_names_every_variable_and_no_other() -> None:
    asked_for = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    offered = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert offered == asked_for | {"COMPOSE_PROFILES"}


def test_the_servers_lose_and_invent_nothing() -> None:
    redis = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes --appendfsync always" in redis
    assert "--maxmemory-policy noeviction" in redis
    kafka = SERVICES["kafka"]["environment"]
    assert kafka["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert kafka["KAFKA_PROCESS_ROLES"] == "broker,controller"
    assert "--locale=C.UTF-8" in SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    keeping = ("postgres", "redis", "kafka", "accommodation")
    kept = {volume.partition(":")[0] for name in keeping for volume in SERVICES[name]["volumes"]}
    assert kept == set(COMPOSE["volumes"])
    assert SERVICES["accommodation"]["volumes"] == SERVICES["accommodation-worker"]["volumes"]


@pytest.mark.parametrize(("kind", "file"), [("apollo", "apollo/router.yaml"), ("hive", "hive/router.yaml")])
def test_the_routers_read_the_projects_own_configuration_for_their_face(kind: str, file: str) -> None:
    for name, path, supergraph in (
        (kind, "/graphql", "/router/supergraph.graphql"),
        (f"{kind}-admin", "/admin/graphql", "/router/supergraph.admin.graphql"),
    ):
        router = SERVICES[name]
        said = [*router["command"], *router["environment"].values()]
        assert router["environment"]["GRAPH_PATH"] == path
        assert router["volumes"] == ["./router:/router:ro"]
        assert f"/router/{file}" in said
        assert supergraph in said
        assert (ROOT / "router" / file).exists()


def test_the_routers_reach_every_subgraph() -> None:
    for name in ("apollo", "apollo-admin", "hive", "hive-admin"):
        told = SERVICES[name]["environment"]
        assert [told[f"{each.upper()}_URL"] for each in SUBGRAPHS] == [f"http://{each}:8000" for each in SUBGRAPHS]


def test_nothing_but_the_entrance_and_what_stands_in_for_others_is_published() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "entrance": ["${ENTRANCE_PORT:-4000}:4000"],
        "portone": ["127.0.0.1:4300:4300"],
        "mailbox": ["127.0.0.1:4301:8025"],
    }


def test_the_entrance_leads_where_the_local_one_leads() -> None:
    local = (ROOT / "router" / "local" / "entrance.mjs").read_text()
    served_by = dict(re.findall(r"^  '(/[^']+)': '(\w+)',$", local, re.MULTILINE))
    assert served_by
    leads = dict(re.findall(r"handle (/\S+) \{\n\t\treverse_proxy (\S+)\n", CADDYFILE))
    for path, subgraph in served_by.items():
        pattern = f"{path}*" if path.endswith("/") else path
        assert leads.pop(pattern) == f"{subgraph}:8000"
    assert leads == {"/graphql": "apollo:4000", "/admin/graphql": "apollo-admin:4000"}


def test_what_lasts_goes_to_hive_router() -> None:
    lasting = re.findall(r"handle @(\w+) \{\n(?:\t\trewrite \* (\S+)\n)?\t\treverse_proxy (\S+)\n", CADDYFILE)
    assert lasting == [
        ("public_lasting", "", "hive:4000"),
        ("public_events", "", "hive:4000"),
        ("admin_lasting", "/graphql", "hive-admin:4000"),
        ("admin_events", "/graphql", "hive-admin:4000"),
    ]
