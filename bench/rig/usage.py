"""What processes have used of the processors, so that one sees where a request's time goes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import psutil


class Meter:
    """Watches processes by a name that several may share."""

    def __init__(self) -> None:
        self._processes: dict[str, list[psutil.Process]] = defaultdict(list)

    @contextmanager
    def watching(self, name: str, pid: int | None) -> Iterator[None]:
        process = psutil.Process(pid)
        self._processes[name].append(process)
        try:
            yield
        finally:
            self._processes[name].remove(process)

    def read(self) -> dict[str, float]:
        """Processor seconds since each began, its children's among them."""
        return {name: sum(map(_seconds, watched)) for name, watched in self._processes.items() if watched}

    def since(self, before: Mapping[str, float]) -> dict[str, float]:
        return {name: seconds - before.get(name, 0) for name, seconds in self.read().items()}


def _seconds(process: psutil.Process) -> float:
    """PostgreSQL is a family: those who live, and those who were buried."""
    times = [process.cpu_times()]
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times.append(child.cpu_times())
    return sum(each.user + each.system for each in times) + times[0].children_user + times[0].children_system
