"""Where the router binaries are: no package registry has them."""

import os
import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError


@dataclass(frozen=True)
class Program:
    """A binary the stack can use, and the official ways to it."""

    name: str
    variable: str
    """Names the binary, before any other place."""
    also_called: str
    """Its name in the official release, and on a PATH."""
    crate: str
    version: str
    address: str
    """Of the official release, with `{version}` and `{platform}`."""
    platforms: Mapping[tuple[str, str], str]
    """System and machine, as Python names them → as the release names them."""
    cargo_options: tuple[str, ...] = ()

    def find(self, folder: Path, environment: Mapping[str, str]) -> Path | None:
        """Look where the variable says, then in the stack's own folder, then on the PATH."""
        named = environment.get(self.variable)
        if named:
            if not os.access(named, os.X_OK):
                raise StackError(f"{self.variable} names {named}, which is not a program")
            return Path(named).resolve()
        own = folder / self.name
        if os.access(own, os.X_OK):
            return own
        path = environment.get("PATH")
        found = shutil.which(self.name, path=path) or shutil.which(self.also_called, path=path)
        return Path(found) if found else None

    def get(self, folder: Path, environment: Mapping[str, str]) -> Path:
        """Find it or say what to do."""
        found = self.find(folder, environment)
        if found is None:
            raise StackError(
                f"{self.name} is neither in {folder} nor on the PATH: run `make routers`, or name it in {self.variable}"
            )
        return found

    def download_address(self) -> str | None:
        """Where the official release for this machine is, if there is one."""
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
        released_as = self.platforms.get((platform.system(), machine))
        return self.address.format(version=self.version, platform=released_as) if released_as else None


APOLLO_ROUTER = Program(
    name="apollo-router",
    variable="APOLLO_ROUTER_BIN",
    also_called="router",
    crate="apollo-router",
    version="2.17.0",
    address="https://github.com/apollographql/router/releases/download/v{version}/router-v{version}-{platform}.tar.gz",
    platforms={
        ("Linux", "x86_64"): "x86_64-unknown-linux-gnu",
        ("Linux", "aarch64"): "aarch64-unknown-linux-gnu",
        ("Darwin", "aarch64"): "aarch64-apple-darwin",
    },
)
HIVE_ROUTER = Program(
    name="hive-router",
    variable="HIVE_ROUTER_BIN",
    also_called="hive_router",
    crate="hive-router",
    version="0.2.5",
    address="https://github.com/graphql-hive/router/releases/download/hive-router/v{version}/hive_router_{platform}",
    platforms={
        ("Linux", "x86_64"): "linux_amd64",
        ("Linux", "aarch64"): "linux_arm64",
        ("Darwin", "x86_64"): "macos_amd64",
        ("Darwin", "aarch64"): "macos_arm64",
    },
    # What the official release has too; the crate leaves GraphiQL out by default.
    cargo_options=("--features", "graphiql"),
)
