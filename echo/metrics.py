"""What this process counts for Prometheus, and how it is told. Nothing here names a person or an address.

Every process counts for itself and answers on a port of its own (`echo.server.metrics_port`); what is in the
rows of
the house is told by workers alone, all of them the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# In seconds: from a page out of memory to an upload that is converted.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

ProcessCollector(namespace="echo", registry=REGISTRY)
_process = Info("echo_build", "Which process this is.", registry=REGISTRY)
REQUESTS = Histogram(
    "echo_http_request_seconds",
    "How long requests took until their answer began, by template of the route and class of the status.",
    ("method", "route", "status"),
    buckets=_SECONDS,
    registry=REGISTRY,
)
JOBS = Histogram(
    "echo_job_seconds",
    "How long jobs took, by name and how they ended: done, later, failed.",
    ("name", "outcome"),
    buckets=_SECONDS,
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "echo_deliveries",
    "Tries to deliver an activity to an inbox: done, later, pause, slow, never.",
    ("outcome",),
    registry=REGISTRY,
)
INBOUND = Counter(
    "echo_inbound",
    "Activities that arrived and were processed: done, ignored, later, dead.",
    ("outcome",),
    registry=REGISTRY,
)
TIMELINES = Counter(
    "echo_timeline_reads",
    "Pages of home and list timelines: hit (from Redis), miss (made anew), rows (without Redis).",
    ("feed", "result"),
    registry=REGISTRY,
)
SOCKETS = Gauge("echo_sockets", "Connections that listen to streams.", registry=REGISTRY)
REDIS_SILENCES = Counter(
    "echo_redis_silences",
    "How often Redis let a command wait until its patience ended, and was gone on without.",
    registry=REGISTRY,
)
REDIS_REFUSED = Counter(
    "echo_redis_refused", "Commands that were not sent because Redis is silent.", registry=REGISTRY
)
POOL = Gauge(
    "echo_database_connections",
    "Connections to PostgreSQL: used, idle, most (as many as there may be).",
    ("state",),
    registry=REGISTRY,
)
POOL_WAITING = Gauge("echo_database_waiting", "Who waits for a connection to PostgreSQL.", registry=REGISTRY)
QUEUE_DEPTH = Gauge("echo_queue_depth", "Things that are due now, by queue.", ("queue",), registry=REGISTRY)
QUEUE_LAG = Gauge(
    "echo_queue_lag_seconds",
    "For how long the oldest of them is due, by queue.",
    ("queue",),
    registry=REGISTRY,
)
QUEUE_DEAD = Gauge("echo_queue_dead", "Things that were given up, by queue.", ("queue",), registry=REGISTRY)
HOSTS = Gauge(
    "echo_hosts",
    "Other servers by state: closed (fine), open (failing), dead, gone.",
    ("state",),
    registry=REGISTRY,
)
STORAGE = Gauge(
    "echo_storage_bytes",
    "Room that is taken: database, remote_posts, copies, uploads; and free on the disk of files.",
    ("kind",),
    registry=REGISTRY,
)
STORAGE_BUDGET = Gauge(
    "echo_storage_budget_bytes", "Room that may be taken: remote_posts, copies.", ("kind",), registry=REGISTRY
)
PRUNED_ROWS = Gauge("echo_pruned_rows", "Rows cleared away so far, by kind.", ("kind",), registry=REGISTRY)
PRUNED_BYTES = Gauge("echo_pruned_bytes", "Room freed so far, about, by kind.", ("kind",), registry=REGISTRY)
PRUNING_OVERDUE = Gauge(
    "echo_pruning_overdue", "1 when clearing away has not ended well for hours.", registry=REGISTRY
)
PEOPLE = Gauge(
    "echo_people", "People of this server: all, active_day, active_month.", ("kind",), registry=REGISTRY
)

_requests: dict[tuple[str, str, int], Callable[[float], None]] = {}


def name_process(role: str, version: str) -> None:
    """Say which process this is: web, streaming or worker."""
    _process.info({"role": role, "version": version})


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request. `route` is the template, never the path: paths are without number, and name people."""
    key = (method, route, status // 100)
    observe = _requests.get(key)
    if observe is None:
        observe = REQUESTS.labels(method, route, f"{status // 100}xx").observe
        _requests[key] = observe
    observe(seconds)


def show(gauge: Gauge, values: Mapping[str, float]) -> None:
    """Show these values of a gauge, and none of those that were shown before."""
    gauge.clear()
    for label, value in values.items():
        gauge.labels(label).set(value)


def show_pool(counts: Mapping[str, int]) -> None:
    """Show how the connections to PostgreSQL are used (`echo.pool.Pool.counts`)."""
    show(POOL, {name: count for name, count in counts.items() if name != "waiting"})
    POOL_WAITING.set(counts.get("waiting", 0))


def text() -> bytes:
    """Everything, as Prometheus reads it."""
    return generate_latest(REGISTRY)
