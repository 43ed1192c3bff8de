"""What a picture costs that is uploaded, what policies add to a post, what counting adds to a request."""

from __future__ import annotations

import asyncio
import json
import time

from bench import wire
from bench.figures import Fact, Figure
from bench.measuring import Bench, send, while_workers_rest, with_all_work
from bench.visitors import picture_form
from echo import ids, metrics
from echo.actions.judging import REMEMBERED_SECONDS
from echo.policy.pipeline.catalogue import KINDS

_POLICIES = 10
_LISTED_WORDS = 200
_COUNTED = 20_000
_ADD = """
    INSERT INTO policies (id, kind, name, enabled, position, doors, settings, created_at, updated_at)
    VALUES ($1, $2, 'bench', true, 0, '["local"]', $3, now(), now())
"""


async def measure_uploads(bench: Bench) -> list[Figure]:
    """Upload pictures, each a little different, from a few people at a time."""
    count, token = bench.requests // 10, bench.world.reader.token
    kind, _ = picture_form(0)
    requests = [
        wire.send_form(bench.port, "/api/v2/media", picture_form(number)[1], kind, token=token)
        for number in range(count + 4)
    ]
    await send(bench, requests[:4], 4, clients=1)
    title = "upload of a picture, 240 kB"
    return [await with_all_work(bench, "upload", title, 100.0, requests[4:], clients=4)]


async def measure_policies(bench: Bench) -> list[Figure]:
    """Publish without any policy, and with ten: of each kind that asks nobody, and lists of words."""
    database, count = bench.server.database, bench.requests // 5
    plain = await _posting(bench, "policies-0", "POST a status: answered, no policies", count)
    settings: list[tuple[str, dict[str, object]]] = [
        (name, {}) for name in KINDS if name not in ("words", "hook", "servers")
    ]
    while len(settings) < _POLICIES:
        words = [f"neverwritten{len(settings)}x{number}" for number in range(_LISTED_WORDS)]
        settings.append(("words", {"words": words}))
    for kind, chosen in settings:
        await database.execute(_ADD, ids.new_id(), kind, json.dumps(chosen))
    await asyncio.sleep(REMEMBERED_SECONDS + 1)
    full = await _posting(bench, "policies-10", f"POST a status: answered, {len(settings)} policies", count)
    await database.execute("DELETE FROM policies WHERE name = 'bench'")
    await asyncio.sleep(REMEMBERED_SECONDS + 1)
    return [plain, full]


async def _posting(bench: Bench, name: str, title: str, count: int) -> Figure:
    people = bench.world.people
    requests = [
        wire.post_status(
            bench.port,
            f"{name} {n}: something about #benchmarks and more",
            token=people[n % len(people)].token,
        )
        for n in range(count + count // 5)
    ]
    await send(bench, requests[count:], count // 5)
    await bench.server.drained()
    return await while_workers_rest(bench, name, title, None, requests[:count])


async def measure_counting(_: Bench) -> list[Figure]:
    """Count requests in this process, as the server does for each of its own."""
    metrics.count_request("GET", "/bench", 200, 0.001)
    began = time.process_time()
    for _number in range(_COUNTED):
        metrics.count_request("GET", "/bench", 200, 0.001)
    used = (time.process_time() - began) / _COUNTED
    # 2 % of the cheapest request in the budget.
    return [Fact(name="counting", title="counting a request", value=used * 1e6, unit="µs", budget=14.0)]
