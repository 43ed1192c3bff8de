"""OpenTelemetry itself: an extra, which only a process that traces loads (`echo.tracing.start`)."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from echo import tracing


def send_to(endpoint: str, *, share: float, role: str) -> None:
    """Make spans from now on, of a share of what begins here, and send them to a collector over HTTP."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)),
        resource=Resource.create({"service.name": "echo", "service.instance.id": role}),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    use(provider)


def use(provider: TracerProvider) -> None:
    """Make spans with this provider from now on."""
    tracing.use(provider.get_tracer("echo"), TraceContextTextMapPropagator())
