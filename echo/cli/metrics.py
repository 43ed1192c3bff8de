"""`echoctl metrics`: figures of the house, once."""

from __future__ import annotations

from dataclasses import asdict

from echo.cli.common import Common, opened, say, table
from echo.store import hosts, instance, queues, storage_report


async def metrics(*, common: Common = Common()) -> None:
    """Queues, other servers, people and room, as workers tell them to Prometheus."""
    async with opened(common):
        depths = [asdict(one) for one in await queues.depths()]
        found: dict[str, dict[str, object]] = {
            "hosts": {**await hosts.count_by_health()},
            "people": {**await instance.people()},
            "tasks": {**await instance.tasks()},
            "storage": asdict(await storage_report.brief()),
        }
    rows: list[dict[str, object]] = [
        {"figure": f"{group}: {name}", "value": value}
        for group, values in found.items()
        for name, value in values.items()
    ]
    say(common, {"queues": depths, **found}, "\n".join([table(depths), "", table(rows)]))
