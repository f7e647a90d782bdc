"""What stands in front of the subgraphs: the entrance, which is the local gateway or has the routers behind it."""

from pathlib import Path

from stack.child import Child
from stack.layout import FACES, ROOT, SUBGRAPHS, Layout, url
from stack.node import node
from stack.ports import LOOPBACK
from stack.programs import APOLLO_ROUTER, HIVE_ROUTER
from stack.server import Server
from stack.services import Surroundings, service

ROUTER = ROOT / "router"
SUPERGRAPHS = {"public": ROUTER / "supergraph.graphql", "admin": ROUTER / "supergraph.admin.graphql"}
RUSH_PAGE = ROOT / "stack" / "rush" / "page"
PATHS = {"public": "/graphql", "admin": "/admin/graphql"}


def entrance(around: Surroundings, *, routers: bool) -> Server:
    """The one address clients know."""
    layout = around.layout
    child = Child(
        name="entrance",
        arguments=[node(), str(ROUTER / "local" / "main.mjs")],
        log=layout.log("entrance"),
        environment={
            **_environment(around, layout.ports.entrance),
            "GRAPHIQL": "1",
            "RUSH_PAGE": str(RUSH_PAGE),
            **(_router_addresses(layout) if routers else {}),
        },
        folder=ROOT,
    )
    return service(child, layout.ports.entrance, "/readyz")


def routers(around: Surroundings) -> list[Server]:
    """Apollo Router and Hive Router for each face; StackError when a binary is missing."""
    programs = around.layout.programs
    apollo = APOLLO_ROUTER.get(programs, around.inherited)
    hive = HIVE_ROUTER.get(programs, around.inherited)
    return [_apollo(around, face, apollo) for face in FACES] + [_hive(around, face, hive) for face in FACES]


def _apollo(around: Surroundings, face: str, program: Path) -> Server:
    port = around.layout.ports.apollo[face]
    child = Child(
        name=f"Apollo Router, {face}",
        arguments=[
            *(str(program), "--config", str(ROUTER / "apollo" / "router.yaml")),
            *("--supergraph", str(SUPERGRAPHS[face])),
        ],
        log=around.layout.log(f"apollo-{face}"),
        environment={
            **_environment(around, port),
            "GRAPH_PATH": PATHS[face],
            # GraphiQL asks for the schema.
            "INTROSPECTION": "true",
            "APOLLO_TELEMETRY_DISABLED": "true",
        },
        folder=ROOT,
    )
    return service(child, port, "/health?ready")


def _hive(around: Surroundings, face: str, program: Path) -> Server:
    port = around.layout.ports.hive[face]
    child = Child(
        name=f"Hive Router, {face}",
        arguments=[str(program)],
        log=around.layout.log(f"hive-{face}"),
        environment={
            **_environment(around, port),
            "GRAPH_PATH": PATHS[face],
            "SUPERGRAPH_FILE_PATH": str(SUPERGRAPHS[face]),
            "ROUTER_CONFIG_FILE_PATH": str(ROUTER / "hive" / "router.yaml"),
        },
        folder=ROOT,
    )
    return service(child, port, "/readiness")


def _environment(around: Surroundings, port: int) -> dict[str, str]:
    subgraphs = {f"{name.upper()}_URL": url(around.layout.ports.apis[name]) for name in SUBGRAPHS}
    return {**around.inherited, **subgraphs, "HOST": LOOPBACK, "PORT": str(port)}


def _router_addresses(layout: Layout) -> dict[str, str]:
    return {
        "APOLLO_URL": url(layout.ports.apollo["public"]),
        "APOLLO_ADMIN_URL": url(layout.ports.apollo["admin"]),
        "HIVE_URL": url(layout.ports.hive["public"]),
        "HIVE_ADMIN_URL": url(layout.ports.hive["admin"]),
    }
