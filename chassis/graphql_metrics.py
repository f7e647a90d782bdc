"""What is counted and timed of GraphQL: requests by kind and outcome, errors by code, sockets and subscriptions."""

from functools import cache
from time import perf_counter
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

OK: Final = "ok"
ERRORS: Final = "errors"
REFUSED: Final = "refused"

requests = Counter("graphql_requests", "Operations answered.", ["face", "operation", "outcome"])
durations = Histogram(
    "graphql_request_seconds",
    "Time from the request to its answer.",
    ["face", "operation"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
errors = Counter("graphql_errors", "Errors answered, by their code.", ["code"])
connections = Gauge("graphql_connections", "WebSockets that are open.", ["face"])
subscriptions = Gauge("graphql_subscriptions", "Operations that run over WebSockets.", ["face"])


def observe(face: str, operation: str, outcome: str, started: float) -> None:
    """One answered operation; `started` is what perf_counter said when it came."""
    _counter(face, operation, outcome).inc()
    _timer(face, operation).observe(perf_counter() - started)


@cache
def _counter(face: str, operation: str, outcome: str) -> Counter:
    return requests.labels(face, operation, outcome)


@cache
def _timer(face: str, operation: str) -> Histogram:
    return durations.labels(face, operation)
