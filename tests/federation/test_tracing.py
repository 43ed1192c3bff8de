"""One trace leads from a request through its jobs to each delivery; switched off, nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from echo import tracing, tracing_library
from echo.models import Job, OutboundActivity
from federation.delivery import Drain
from tests import make
from tests.applications import application
from tests.federation.test_two_echos import follow
from tests.fediverse import Echo, Router, settle_down
from workers import jobs
from workers.main import FUNCTIONS


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is traced, kept in memory."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing.use(*tracing_library.parts_of(provider))
    yield kept
    tracing.use(None, None)


async def test_one_trace_from_the_request_to_the_delivery(
    one: Echo, two: Echo, router: Router, spans: InMemorySpanExporter
) -> None:
    alice, bob = await make.person("alice"), await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    spans.clear()
    client = application(one.runtime).test_client()
    answer = await client.post("/api/v1/statuses", headers=alice.headers, form={"status": "secret words"})
    assert answer.status_code == 200
    assert all(job.traceparent.startswith("00-") for job in await Job.all())
    while await jobs.drain_once(one.runtime, FUNCTIONS, "test"):
        continue
    drain = Drain("test")
    await drain.step()
    while not drain.is_idle:
        await asyncio.sleep(0.001)
        await drain.step()
    made = spans.get_finished_spans()
    request = next(span for span in made if span.name == "POST /api/v1/statuses")
    ours = {span.name: span for span in made if span.context.trace_id == request.context.trace_id}
    assert {"job timelines.add_post", "job federation.send_post", "deliver"} <= ours.keys()
    deliver, send = ours["deliver"], ours["job federation.send_post"]
    assert send.parent is not None
    assert send.parent.span_id == request.context.span_id
    assert deliver.parent is not None
    assert deliver.parent.span_id == send.context.span_id
    assert dict(deliver.attributes or {}) == {"kind": "Create", "host": "two.test", "outcome": "done"}
    assert "secret" not in "".join(span.to_json() for span in made)
    # What the other server is told does not lead back here, and what it does is not of our trace.
    asked = [request for request in router.asked_of("two.test") if request.method == "POST"]
    assert asked
    assert not any("traceparent" in request.headers for request in asked)


async def test_switched_off_a_span_is_nothing(one: Echo) -> None:
    alice = await make.person("alice")
    with tracing.span("x") as span:
        span.set_attribute("a", 1)
        assert tracing.carried() == ""
    assert tracing.span("x") is tracing.span("y")
    await make.post(alice)
    assert {job.traceparent for job in await Job.all()} == {""}
    assert await OutboundActivity.exclude(traceparent="").count() == 0
