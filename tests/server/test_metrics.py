"""Metrics: what is counted, who is told, and that the files for Grafana name nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest
from quart.typing import TestClientProtocol as Client

from echo import metrics
from echo.config import Config
from echo.runtime import Runtime
from echo.server.metrics_port import MetricsPort
from echo.store import home
from echo.store.cursor import Cursor
from tests import make
from tests.conftest import changed
from tests.e2e.servers import free_port
from tests.laws.tree import ROOT
from workers.figures import Figures

_NAME = re.compile(r"\becho_[a-z_]+\b")


async def _ask(port: int, path: str = "/metrics", *headers: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.1", "host: localhost", *headers, "", ""]
    writer.write("\r\n".join(lines).encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split(b" ")[1]), body.decode()


@pytest.fixture
async def ports(config: Config) -> AsyncIterator[list[MetricsPort]]:
    """Three processes of one machine; the last would be open to everybody."""
    first = free_port()

    async def look() -> None:
        metrics.SOCKETS.set(7)

    told = [
        MetricsPort(changed(config, metrics=values), look)
        for values in (
            {"port": first},
            {"port": first, "token": "sesame"},
            {"port": first, "host": "0.0.0.0"},
        )
    ]
    for one in told:
        await one.open()
    yield told
    for one in told:
        await one.close()


async def test_s_m07_only_the_machine_itself_is_told(ports: list[MetricsPort], client: Client) -> None:
    plain, guarded, open_ = ports
    assert open_.port == 0, "open to others without a token: not at all"
    assert guarded.port > plain.port
    status, text = await _ask(plain.port)
    assert (status, "echo_sockets 7.0" in text) == (200, True)
    assert (await _ask(plain.port, "/"))[0] == 404
    assert (await _ask(guarded.port))[0] == 401
    assert (await _ask(guarded.port, "/metrics", "Authorization: Bearer wrong"))[0] == 401
    assert (await _ask(guarded.port, "/metrics", "Authorization: Bearer sesame"))[0] == 200
    for path in ("/metrics", "/debug", "/debug/vars", "/health/detail"):
        assert (await client.get(path)).status_code == 404


async def test_what_happens_is_counted_and_nobody_is_named(runtime: Runtime, client: Client) -> None:
    alice = await make.person("alice_of_metrics")
    await make.post(alice)
    metrics.REQUESTS.clear()
    metrics._requests.clear()
    for path in (
        "/api/v1/accounts/lookup?acct=alice_of_metrics",
        f"/api/v1/accounts/{alice.id}",
        "/no/such/path",
    ):
        await client.get(path)
    await home.page(alice.id, Cursor(limit=5))
    await home.page(alice.id, Cursor(limit=5))
    await Figures().refresh()
    metrics.show_pool(runtime.database.pool_counts())
    text = metrics.text().decode()
    for line in (
        'echo_http_request_seconds_count{method="GET",route="/api/v1/accounts/lookup",status="2xx"} 1.0',
        'status="4xx"} 1.0',
        'echo_queue_depth{queue="jobs"}',
        'echo_hosts{state="closed"}',
        'echo_storage_bytes{kind="database"}',
        'echo_database_connections{state="most"} 5.0',
        'echo_timeline_reads_total{feed="home",result="hit"}',
        'echo_people{kind="all"} 1.0',
    ):
        assert line in text, line
    assert "alice_of_metrics" not in text
    assert str(alice.id) not in text
    assert "/no/such/path" not in text


def test_the_files_for_grafana_name_what_there_is() -> None:
    names = {one.name for one in metrics.REGISTRY.collect()}
    told = names | {
        f"{name}{end}" for name in names for end in ("_total", "_bucket", "_count", "_sum", "_info")
    }
    dashboard = json.loads((ROOT / "deploy/grafana/echo.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked.append((ROOT / "deploy/grafana/alerts.yml").read_text(encoding="utf-8"))
    found = {name for text in asked for name in _NAME.findall(text)}
    assert len(found) > 15
    assert found <= told, found - told
    unseen = {name for name in names if not name.startswith("echo_process_")} - {
        re.sub("_(total|bucket|count|sum|info)$", "", name) for name in found
    }
    assert unseen == set(), "what is counted is shown"
