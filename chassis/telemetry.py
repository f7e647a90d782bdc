"""Telemetry: logs as JSON without secrets, traces that go on through Kafka's headers, and where both are set up."""

import logging
import os
import re
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from chassis.settings import ServiceSettings

tracer = trace.get_tracer(__name__)

_MASK = "[redacted]"
_SECRET_WORDS = re.compile(
    r"passw|secret|token|authorization|cookie|api[_-]?key|private[_-]?key|credential|card[_-]?number", re.IGNORECASE
)
_SECRET_TEXTS = (
    (re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), _MASK),  # a JSON web token
    (re.compile(r"\b(Bearer|Basic|PortOne)\s+[^\s\"',]+", re.IGNORECASE), rf"\1 {_MASK}"),
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), rf"\1:{_MASK}@"),  # a password in an address
    (re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])"), _MASK),  # a card number
)
_PLAIN = frozenset({"event", "level", "logger", "timestamp", "trace_id", "span_id", "request_id", "principal_id"})


def configure(settings: ServiceSettings) -> None:
    """Set up logs and traces of this process, once, when it starts."""
    _configure_logs(settings.log_level)
    _configure_traces(settings.service)


@contextmanager
def consuming(name: str, traceparents: Sequence[str | None]) -> Iterator[trace.Span]:
    """The span of one run of a handler: it goes on with the trace of its message; a batch is linked to those of all."""
    contexts = [propagate.extract({"traceparent": each}) for each in traceparents if each]
    parent = contexts[0] if len(traceparents) == 1 and contexts else None
    links = [] if parent else [trace.Link(trace.get_current_span(each).get_span_context()) for each in contexts]
    attributes: dict[str, str | int] = {"messaging.system": "kafka", "messaging.batch.message_count": len(traceparents)}
    with tracer.start_as_current_span(
        f"handle {name}", context=parent, kind=trace.SpanKind.CONSUMER, links=links, attributes=attributes
    ) as span:
        yield span


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: no secret is written, whether it is named as one or looks like one."""
    for word, value in event.items():
        if word not in _PLAIN:
            event[word] = _MASK if _SECRET_WORDS.search(word) else _redacted(value)
    event["event"] = _redacted(event.get("event"))
    return event


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, replacement in _SECRET_TEXTS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {word: _MASK if _SECRET_WORDS.search(str(word)) else _redacted(each) for word, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _redacted(str(value))


def _add_trace(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event


def _configure_logs(level: str) -> None:
    """Ours and the libraries' go the same way: one JSON object a line on standard output."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("aiokafka", "asyncio", "alembic", "httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _configure_traces(service: str) -> None:
    """Spans leave the process only when OpenTelemetry's own variables say where to."""
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if not any(os.environ.get(name) for name in endpoints):
        return
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
