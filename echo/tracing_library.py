"""OpenTelemetry itself: an extra, which only a process that traces loads (`echo.tracing.start`)."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator


def provider_to(endpoint: str, *, share: float, role: str) -> TracerProvider:
    """A provider of spans, of a share of what begins here, that sends them to a collector over HTTP."""
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)),
        resource=Resource.create({"service.name": "echo", "service.instance.id": role}),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider


def parts_of(provider: TracerProvider) -> tuple[Tracer, TraceContextTextMapPropagator]:
    """What makes spans with this provider, and what writes and reads where a trace goes on."""
    return provider.get_tracer("echo"), TraceContextTextMapPropagator()
