"""The project's own processes as the stack runs them: each subgraph's API and worker, the simulator, the gateways."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr

from stack.backing import Backing, backing
from stack.child import Child
from stack.keys import Secrets, keep_secrets
from stack.layout import ROOT, SUBGRAPHS, Layout, url
from stack.nursery import fork
from stack.options import Options
from stack.portone.settings import Settings as PortOneSettings
from stack.portone.settings import payment_environment
from stack.ports import LOOPBACK
from stack.server import Server
from stack.wire import http_answers

PATIENCE = 90
"""Seconds for a service to be ready: all start at once, on as few as two cores."""

# A load test comes from one address, and may sign the same person in many times at once.
_FOR_LOAD_FROM_ONE_ADDRESS = {
    "ACCOUNT_SIGN_IN_TRIES_PER_ADDRESS": "1000000",
    "ACCOUNT_SIGN_IN_TRIES_PER_EMAIL": "1000",
    "ACCOUNT_RESET_MAILS_PER_ADDRESS": "1000000",
}


@dataclass(frozen=True)
class Surroundings:
    """All that the services' environments are made of."""

    layout: Layout
    backing: Backing
    secrets: Secrets
    inherited: Mapping[str, str]
    """The environment of the person at the terminal: what it sets beyond the stack's own names reaches services too."""

    @classmethod
    def of(cls, layout: Layout, options: Options, inherited: Mapping[str, str]) -> Self:
        """Where nothing need be up; secrets that are missing are made."""
        return cls(layout, backing(layout, options), keep_secrets(layout.secrets), inherited)

    def environment(self, subgraph: str) -> dict[str, str]:
        """What the API, the worker and every command of a subgraph are told."""
        return {
            **self.inherited,
            **self.backing.environment(),
            "ENVIRONMENT": "local",
            "HOST": LOOPBACK,
            "PUBLIC_URL": self.layout.entrance_url,
            "JWKS_URL": self.layout.jwks_url,
            "REVOCATIONS_URL": self.layout.revocations_url,
            "PORT": str(self.layout.ports.apis[subgraph]),
            "METRICS_PORT": str(self.layout.ports.workers[subgraph]),
            **self._own_of(subgraph),
        }

    def environment_of_all(self) -> dict[str, str]:
        """For a command that serves all subgraphs in one process."""
        return {key: value for name in SUBGRAPHS for key, value in self.environment(name).items()}

    def portone_settings(self) -> PortOneSettings:
        """What the simulator and payment agree on."""
        return PortOneSettings(
            port=self.layout.ports.portone,
            file=str(self.layout.data / "portone.sqlite"),
            api_secret=SecretStr(self.secrets.portone_api_secret),
            webhook_secrets=SecretStr(self.secrets.portone_webhook_secret),
            webhook_url=f"{self.layout.entrance_url}/webhooks/portone",
        )

    def _own_of(self, subgraph: str) -> Mapping[str, str]:
        if subgraph == "account":
            keys = json.dumps([str(self.secrets.signing_key_file)])
            mail = {"ACCOUNT_SMTP_URL": f"smtp://{LOOPBACK}:{self.layout.ports.smtp}", "ACCOUNT_MAIL_LANGUAGE": "en"}
            return {"ACCOUNT_SIGNING_KEY_FILES": keys, **mail, **_FOR_LOAD_FROM_ONE_ADDRESS}
        if subgraph == "payment":
            return payment_environment(self.portone_settings())
        if subgraph == "accommodation":
            return {"ACCOMMODATION_PHOTO_FOLDER": str(self.layout.data / "photos")}
        return {}


def subgraph_services(around: Surroundings) -> list[Server]:
    """The API and the worker of every subgraph."""
    ports = around.layout.ports
    apis = [_subgraph_service(around, name, "app", "api", ports.apis[name]) for name in SUBGRAPHS]
    workers = [_subgraph_service(around, name, "worker", "worker", ports.workers[name]) for name in SUBGRAPHS]
    return apis + workers


def _subgraph_service(around: Surroundings, subgraph: str, module: str, role: str, port: int) -> Server:
    command = [sys.executable, "-m", f"subgraphs.{subgraph}.{module}"]
    child = Child(
        name=f"{subgraph} {role}",
        arguments=command,
        log=around.layout.log(f"{subgraph}-{role}"),
        environment=around.environment(subgraph),
        folder=ROOT,
        start_with=fork,
    )
    return service(child, port, "/readyz")


def simulator(around: Surroundings) -> Server:
    """The PortOne simulator."""
    settings = around.portone_settings()
    told = {
        "PORTONE_SIMULATOR_PORT": str(settings.port),
        "PORTONE_SIMULATOR_FILE": settings.file,
        "PORTONE_SIMULATOR_API_SECRET": settings.api_secret.get_secret_value(),
        "PORTONE_SIMULATOR_WEBHOOK_SECRETS": settings.webhook_secrets.get_secret_value(),
        "PORTONE_SIMULATOR_WEBHOOK_URL": settings.webhook_url,
    }
    child = Child(
        name="PortOne simulator",
        arguments=[sys.executable, "-m", "stack.portone"],
        log=around.layout.log("portone"),
        environment={**around.inherited, **told},
        folder=ROOT,
        start_with=fork,
    )
    return service(child, settings.port, "/healthz")


def mailbox(around: Surroundings) -> Server:
    """Where every mail of the stack ends up."""
    ports = around.layout.ports
    told = {
        "MAILBOX_PORT": str(ports.mailbox),
        "MAILBOX_SMTP_PORT": str(ports.smtp),
        "MAILBOX_FOLDER": str(around.layout.data / "mailbox"),
    }
    child = Child(
        name="mailbox",
        arguments=[sys.executable, "-m", "stack.mailbox"],
        log=around.layout.log("mailbox"),
        environment={**around.inherited, **told},
        folder=ROOT,
        start_with=fork,
    )
    return service(child, ports.mailbox, "/healthz")


def service(child: Child, port: int, ready_path: str) -> Server:
    """A process of ours that says over HTTP whether it is ready."""
    ready = url(port) + ready_path
    return Server(child.name, port, url(port), child, lambda: http_answers(ready), patience=PATIENCE, comes_back=True)
