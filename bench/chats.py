"""Messages of chats: how soon they are on the sockets of the other members, and what that costs in all."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

from bench import wire
from bench.figures import Cost, Figure
from bench.measuring import Bench
from tests.make import Person

BASE = "/api/v1/echo/chats"
HELLO = wire.masked(b'{"type":"echo:hello","version":1}')
# A message between two is told as a conversation and a notification as well; this is the event of the chat.
EVENT = b'"event":"chat"'
GROUP = 10


async def measure_chats(bench: Bench) -> list[Figure]:
    """Between two, and in a group of ten of whom nine listen."""
    writer, *others = bench.world.people[:GROUP]
    # She follows all of them; who does not follow back has to let her in.
    for other in others:
        await _ask(bench, other, "PATCH", f"{BASE}/preferences", ask_first=False)
    pair = await _ask(bench, writer, "POST", BASE, account_id=str(others[0].id))
    names = [str(other.id) for other in others]
    group = await _ask(bench, writer, "POST", BASE, name="bench", account_ids=names)
    for other in others:
        await _ask(bench, other, "POST", f"{BASE}/{group}/accept")
    await bench.server.drained()
    return [
        await _messages(bench, "chat", "chat message to member", pair, writer, others[:1]),
        await _messages(bench, "chat-group", f"chat message to {len(others)} members", group, writer, others),
    ]


async def _messages(
    bench: Bench, name: str, title: str, chat_id: str, writer: Person, others: list[Person]
) -> Cost:
    """One message after the other, each once all have got the one before."""
    sockets = [wire.open_socket(bench.port, token=other.token, stream="") for other in others]
    opened = await bench.outside.open_sockets(bench.port, sockets, HELLO)
    await asyncio.sleep(2)
    count = 40 if bench.is_quick else 200
    path = f"{BASE}/{chat_id}/messages"
    requests = [
        wire.call(bench.port, "POST", path, token=writer.token, text=f"latency-{number}- is what this says")
        for number in range(count)
    ]
    loop = asyncio.get_running_loop()
    began, before = loop.time(), bench.server.cpu_ms()
    result = await bench.outside.events(bench.port, requests, opened, only=EVENT)
    await bench.server.drained()
    after = bench.server.cpu_ms()
    await bench.outside.close_sockets()
    missing = (len(others) - opened) * count + result["missing"]
    return Cost(
        name=name,
        title=title,
        budget=None,
        cpu=Counter({group: (after[group] - before[group]) / count for group in after}),
        count=count,
        seconds=loop.time() - began,
        latencies=sorted(result["latencies"]),
        failures=missing,
        first_failure=f"{missing} messages did not arrive" if missing else "",
    )


async def _ask(bench: Bench, person: Person, method: str, path: str, **body: object) -> str:
    """What is answered has an id, or none. Raises RuntimeError for a refusal."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    try:
        writer.write(wire.call(bench.port, method, path, token=person.token, **body))
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.partition("\r\n")[0]:
            raise RuntimeError(f"{method} {path}: {head}")
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        return str(json.loads(await reader.readexactly(length)).get("id", ""))
    finally:
        writer.close()
