"""Traces and metrics by OpenTelemetry: requests, decisions, statements, jobs (the extra `otel`).

Off unless a variable OTEL_… of the standard names an exporter or where to send to; then nothing
else of it is ours to set. Spans and metrics tell which process did what to which record type, and
what came of it: no id, address, text of a statement, message of an error, nor any person.
"""

import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from customer_inventory import __version__
from customer_inventory.access.guard import Guard, Session
from customer_inventory.access.ledger import Entry
from customer_inventory.access.oauth.dpop import Shown
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.record.job import Handler
from customer_inventory.web.exchange import Receive, Scope, Send
from customer_inventory.web.stages import Took

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

_SWITCHES = (
    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER",
)  # fmt: skip
_EXPORTERS = ("otlp", "console", "none")
_NAME = re.compile(r"^\w+ /\* (\w+) \*/")
_FAILED = 500
_NANO = 1_000_000_000

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def is_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the environment asks for traces or metrics."""
    is_off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not is_off and any(environment.get(name) for name in _SWITCHES)


def tracing_of(environment: Mapping[str, str] = os.environ) -> "Tracing | None":
    """Return what traces, None where nobody asks for it.

    Raises Invalid where it is asked for and the extra is not installed, or the exporter is none.
    """
    if not is_wanted(environment):
        return None
    try:
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    except ImportError:
        raise Invalid(
            "Variables OTEL_… ask for traces, and OpenTelemetry is not installed.",
            hint="pip install 'customer-inventory[otel]', or set OTEL_SDK_DISABLED=true.",
        ) from None
    named = {} if environment.get("OTEL_SERVICE_NAME") else {"service.name": "customer-inventory"}
    resource = Resource.create({**named, "service.version": __version__})
    traces = TracerProvider(resource=resource)
    for processor in _span_processors(_exporter(environment, "OTEL_TRACES_EXPORTER")):
        traces.add_span_processor(processor)
    readers = _readers(_exporter(environment, "OTEL_METRICS_EXPORTER"))
    return Tracing(traces, MeterProvider(readers, resource))


def _exporter(environment: Mapping[str, str], variable: str) -> str:
    name = environment.get(variable, "otlp").strip().lower()
    if name not in _EXPORTERS:
        raise Invalid(f"{variable} is {name!r}.", hint=f"Give one of {', '.join(_EXPORTERS)}.")
    return name


def _span_processors(name: str) -> Iterator[Any]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415
        BatchSpanProcessor,
        ConsoleSpanExporter,
    )

    if name != "none":
        yield BatchSpanProcessor(OTLPSpanExporter() if name == "otlp" else ConsoleSpanExporter())


def _readers(name: str) -> list[Any]:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415
        OTLPMetricExporter,
    )
    from opentelemetry.sdk.metrics.export import (  # noqa: PLC0415
        ConsoleMetricExporter,
        PeriodicExportingMetricReader,
    )

    if name == "none":
        return []
    exporter = OTLPMetricExporter() if name == "otlp" else ConsoleMetricExporter()
    return [PeriodicExportingMetricReader(exporter)]


class _TracedGuard(Guard):
    """A guard whose decisions are spans."""

    def __init__(self, tracing: "Tracing", *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._tracing = tracing

    async def authenticate(
        self, authorization: str, source: str | None = None, shown: Shown | None = None
    ) -> Session:
        with self._tracing.span("decide"):
            return await super().authenticate(authorization, source, shown)


class Tracing:
    """Makes spans and metrics of what the service does."""

    def __init__(self, traces: "TracerProvider", meters: "MeterProvider") -> None:
        from opentelemetry import trace  # noqa: PLC0415 - an extra
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        self._providers = (traces, meters)
        self._trace = trace
        self._tracer = traces.get_tracer("customer_inventory", __version__)
        self._propagator = TraceContextTextMapPropagator()
        meter = meters.get_meter("customer_inventory", __version__)

        def lengths(name: str, of: str) -> Any:
            return meter.create_histogram(name, unit="s", description=f"Duration of {of}")

        self._requests = lengths("http.server.request.duration", "requests")
        self._statements = lengths("db.client.operation.duration", "statements")
        self._jobs = lengths("cinv.job.duration", "jobs")

    def stop(self) -> None:
        """Send what is left, and end."""
        for provider in self._providers:
            provider.shutdown()

    def trace_id(self) -> str | None:
        """Return the id of the trace under way, None for none."""
        context = self._trace.get_current_span().get_span_context()
        return f"{context.trace_id:032x}" if context.is_valid else None

    async def request(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` answer a request within a span, part of the caller's trace if it has one."""
        statuses: list[int] = []

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        sent = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method, began = scope["method"], time.perf_counter()
        with self._tracer.start_as_current_span(
            method,
            self._propagator.extract(sent),
            kind=self._trace.SpanKind.SERVER,
            attributes={"http.request.method": method},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await app(scope, receive, sending)
            finally:
                status = statuses[0] if statuses else _FAILED
                span.set_attribute("http.response.status_code", status)
                if status >= _FAILED:
                    span.set_status(self._trace.StatusCode.ERROR)
                told = {"http.request.method": method, "http.response.status_code": status}
                self._requests.record(time.perf_counter() - began, told)

    def both(self, took: Took) -> Took:
        """Return what calls `took`, and says of the request under way who did what to what."""

        def told(entry: Entry, began: float) -> None:
            took(entry, began)
            span = self._trace.get_current_span()
            span.update_name(f"{entry.operation} {entry.type}")
            span.set_attributes(
                {
                    "cinv.process": entry.process,
                    "cinv.operation": entry.operation,
                    "cinv.record_type": entry.type,
                    "cinv.decision": entry.decision,
                }
            )

        return told

    def guard(self, *words: Any, **named: Any) -> Guard:
        """Return a guard whose decisions on who calls are traced."""
        return _TracedGuard(self, *words, **named)

    @contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[None]:
        """Trace a block; what it raises is told by its code alone."""
        with self._tracer.start_as_current_span(
            name,
            attributes={f"cinv.{key}": value for key, value in attributes.items()},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                kind = error.code if isinstance(error, InventoryError) else type(error).__name__
                span.set_attribute("error.type", kind)
                span.set_status(self._trace.StatusCode.ERROR)
                raise

    def statement(self, text: str, seconds: float, failure: str | None) -> None:
        """Trace a statement that has ended: its name, of its text nothing."""
        named = _NAME.match(text)
        name = named[1] if named else "statement"
        ended = time.time_ns()
        told = {"db.system.name": "postgresql", "db.operation.name": name}
        span = self._tracer.start_span(
            name,
            kind=self._trace.SpanKind.CLIENT,
            attributes={**told, **({"error.type": failure} if failure else {})},
            start_time=ended - round(seconds * _NANO),
        )
        if failure:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end(ended)
        self._statements.record(seconds, told)

    def job(self, name: str, handler: Handler) -> Handler:
        """Return what does a job within a span."""

        async def traced(payload: Mapping[str, Any], actor: Actor) -> None:
            began = time.perf_counter()
            try:
                with self.span(f"job {name}", job=name, process=actor.process):
                    await handler(payload, actor)
            finally:
                self._jobs.record(time.perf_counter() - began, {"cinv.job": name})

        return traced
