"""Telemetry: one JSON object a line, never a secret, the trace of what is worked on; spans leave if told where to."""

import asyncio
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis import telemetry
from chassis.telemetry import consuming, redact
from tests.chassis import notes

JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

SAYING = """
import logging, structlog
from chassis import telemetry
from tests.chassis.notes import Settings
telemetry.configure(Settings())
structlog.contextvars.bind_contextvars(request_id="r1", principal_id="p1")
with telemetry.tracer.start_as_current_span("work"):
    structlog.get_logger("ours").info("signed_in", password="hunter2", person=7, url="redis://:pw@h/0")
logging.getLogger("theirs").warning("token %s", "TOKEN")
try:
    raise ValueError("TOKEN")
except ValueError:
    structlog.get_logger("ours").exception("broke")
structlog.get_logger("ours").debug("not said")
"""


def redacted(**event: Any) -> dict[str, Any]:
    return dict(redact(None, "info", {"event": "said", **event}))


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "token",
        "refreshToken",
        "Authorization",
        "api_key",
        "apiKey",
        "client_secret",
        "cookie",
    ],
)
def test_what_is_named_as_a_secret_is_not_said(name: str) -> None:
    assert redacted(**{name: "hunter2"})[name] == "[redacted]"
    assert redacted(body={name: "hunter2", "kept": 1})["body"] == {name: "[redacted]", "kept": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"got {JWT} here", "got [redacted] here"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"),
        ("PortOne s3cr3t, sent", "PortOne [redacted], sent"),
        ("postgresql://me:pw@db:5432/x", "postgresql://me:[redacted]@db:5432/x"),
        ("redis://:pw@cache/0", "redis://:[redacted]@cache/0"),
        ("card 4242 4242 4242 4242 declined", "card [redacted] declined"),
        ("card 4242424242424242", "card [redacted]"),
        ("nothing to hide, 123 times at 12:30", "nothing to hide, 123 times at 12:30"),
    ],
)
def test_what_looks_like_a_secret_is_not_said_wherever_it_stands(text: str, said: str) -> None:
    assert redacted(event=text)["event"] == said
    assert redacted(error=text, errors=[text], exception=ValueError(text)) == {
        "event": "said",
        "error": said,
        "errors": [said],
        "exception": said,
    }


def test_ids_and_numbers_are_said_as_they_are() -> None:
    event = {
        "request_id": "0190a0b0-0000-7000-8000-000000000001",
        "message_id": "01a2065c-1dd9-7295-9090-106176966254",
        "all_digits": "01020650-1009-7295-9090-106176966254",
        "count": 3,
        "took": 0.25,
        "done": True,
        "nobody": None,
    }
    assert redacted(**event) == {"event": "said", **event}


async def said_by_a_process(settings: notes.Settings, **more: str) -> list[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SAYING.replace("TOKEN", JWT)),
        env=notes.environment(settings) | more,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return [json.loads(line) for line in said.splitlines()]


async def test_a_process_says_one_object_a_line_with_who_asked_and_without_secrets(settings: notes.Settings) -> None:
    ours, theirs, broke = await said_by_a_process(settings)
    assert (ours["event"], ours["level"], ours["logger"], ours["person"]) == ("signed_in", "info", "ours", 7)
    assert (ours["password"], ours["url"]) == ("[redacted]", "redis://:[redacted]@h/0")
    assert (ours["request_id"], ours["principal_id"]) == ("r1", "p1")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("token [redacted]", "warning", "theirs")
    assert broke["exception"].endswith("ValueError: [redacted]")
    assert "trace_id" not in ours


@contextmanager
def collector() -> Iterator[tuple[str, list[str]]]:
    """Takes spans as an OpenTelemetry collector does, and remembers the paths they came on."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


async def test_told_where_to_it_sends_its_spans_there_and_its_logs_say_the_trace(settings: notes.Settings) -> None:
    with collector() as (url, paths):
        ours, *_ = await said_by_a_process(settings, OTEL_EXPORTER_OTLP_ENDPOINT=url)
    assert paths == ["/v1/traces"]
    assert (len(ours["trace_id"]), len(ours["span_id"])) == (32, 16)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "tracer", provider.get_tracer("test"))
    return exporter


def trace_of(letter: str) -> str:
    return f"00-{letter * 32}-{letter * 16}-01"


def test_one_message_is_worked_on_in_its_own_trace(spans: InMemorySpanExporter) -> None:
    with consuming("notes.note.taken", [trace_of("a")]):
        pass
    [span] = spans.get_finished_spans()
    assert span.context is not None
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == ("a" * 32, "a" * 16)
    assert span.links == ()


def test_a_batch_is_linked_to_the_traces_of_all_its_messages(spans: InMemorySpanExporter) -> None:
    with consuming("notes.note.taken", [trace_of("a"), None, trace_of("b")]):
        pass
    [span] = spans.get_finished_spans()
    assert span.parent is None
    assert [f"{link.context.trace_id:032x}" for link in span.links] == ["a" * 32, "b" * 32]
    assert dict(span.attributes or {})["messaging.batch.message_count"] == 3


@pytest.mark.parametrize("given", [None, "", "nonsense", "00-0-0-00"])
def test_a_trace_that_is_none_does_not_disturb(spans: InMemorySpanExporter, given: str | None) -> None:
    with consuming("notes.note.taken", [given]):
        pass
    [span] = spans.get_finished_spans()
    assert span.parent is None
