"""What must hold after every fault, whatever it was.

    I1  nothing that was acknowledged is missing
    I2  nothing that was rolled back appears outside
    I3  each activity reached each inbox, and not much more often than once
    I4  activities about one object came in their order
    I5  counters are what a recount says
    I6  nothing is leased past the end of its lease
    I7  rows, work and memory are back where they were

Source:  security-reliability.md 3.4
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from echo import db
from echo.cli.common import Common, opened
from tests.e2e.servers import Server
from tests.e2e.sinks import Sink, Sinks

# What a process may have grown by: code that was loaded late, caches that have a lid.
GROWTH_BYTES = 120 * 1024 * 1024

_OFF = """
    SELECT 'posts of ' || s.account_id AS what FROM account_stats s WHERE s.posts <>
        (SELECT count(*) FROM posts p WHERE p.author_id = s.account_id AND p.deleted_at IS NULL)
    UNION ALL SELECT 'followers of ' || s.account_id FROM account_stats s WHERE s.followers <>
        (SELECT count(*) FROM follows f WHERE f.followee_id = s.account_id AND f.state = 'accepted')
    UNION ALL SELECT 'replies to ' || s.post_id FROM post_stats s WHERE s.replies <>
        (SELECT count(*) FROM posts p WHERE p.in_reply_to_id = s.post_id AND p.deleted_at IS NULL)
    UNION ALL SELECT 'boosts of ' || s.post_id FROM post_stats s WHERE s.boosts <>
        (SELECT count(*) FROM posts p WHERE p.boost_of_id = s.post_id AND p.deleted_at IS NULL)
    UNION ALL SELECT 'likes of ' || s.post_id FROM post_stats s WHERE s.likes <>
        (SELECT count(*) FROM likes l WHERE l.post_id = s.post_id)
"""
_LEASED = """
    SELECT (SELECT count(*) FROM deliveries WHERE lease_until < now() - interval '15 seconds')
         + (SELECT count(*) FROM inbound_activities WHERE lease_until < now() - interval '15 seconds')
         + (SELECT count(*) FROM jobs WHERE NOT dead AND lease_until < now() - interval '15 seconds')
"""
# Work that is not done yet.
LEFT = """
    SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM deliveries WHERE state = 'pending')
         + (SELECT count(*) FROM inbound_activities WHERE state = 'pending')
"""


@dataclass(slots=True)
class History:
    """What a client was told.

    Shapes:  posts: URIs that were acknowledged; deleted: of those, what was deleted and acknowledged
    """

    posts: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def note(self, answer: requests.Response) -> str:
        """Remember an acknowledged post; its id."""
        status = answer.json()
        self.posts[status["uri"]] = status["id"]
        return str(status["id"])


def check_invariants(
    server: Server, sinks: Sinks, history: History, *, duplicates_at_most: int, memory_before: int
) -> None:
    """All seven."""
    _check_present(server, history)
    _check_arrived(sinks, history, duplicates_at_most)
    for sink in sinks.all:
        _check_order(sink)
    found = asyncio.run(look_inside(server))
    known = found["uris"]
    strange = {uri for sink in sinks.all for uri in map(object_of, sink.order) if "/ap/posts/" in uri} - known
    assert not strange, f"I2: {strange}"
    assert found["off"] == [], f"I5: {found['off']}"
    assert found["leased"] == 0, "I6"
    assert found["left"] == 0, "I7: work is left"
    grown = memory(server) - memory_before
    assert grown < GROWTH_BYTES, f"I7: grown by {grown}"


def _check_present(server: Server, history: History) -> None:
    for uri, status_id in history.posts.items():
        answer = requests.get(f"{server.url}/api/v1/statuses/{status_id}", timeout=30)
        assert answer.status_code == (404 if uri in history.deleted else 200), f"I1: {uri}"


def _check_arrived(sinks: Sinks, history: History, duplicates_at_most: int) -> None:
    for sink in sinks.all:
        kinds: dict[str, set[str]] = {}
        for activity in sink.order:
            kinds.setdefault(object_of(activity), set()).add(activity["type"])
        for uri in history.posts:
            heard = kinds.get(uri, set())
            if uri in history.deleted:  # who never got it need not hear that it is gone
                is_right = not heard or "Delete" in heard
            else:
                is_right = "Create" in heard
            assert is_right, f"I3: {sink.host} heard {heard} of {uri}"
    twice = sum(n - 1 for sink in sinks.all for n in sink.arrived.values())
    assert twice <= duplicates_at_most, f"I3: {twice} came twice"


def _check_order(sink: Sink) -> None:
    """Of what came for the first time: Create, Updates by their date, Delete."""
    place = {"Create": 0, "Update": 1, "Delete": 2}
    seen: set[str] = set()
    last: dict[str, tuple[int, str]] = {}
    for activity in sink.order:
        if activity["id"] in seen or activity["type"] not in place:
            continue
        seen.add(activity["id"])
        inner = activity["object"]
        stamp = inner.get("updated", "") if activity["type"] == "Update" and isinstance(inner, dict) else ""
        now, uri = (place[activity["type"]], stamp), object_of(activity)
        assert now >= last.get(uri, (0, "")), f"I4: {sink.host} got {activity['type']} of {uri} too late"
        last[uri] = now


def object_of(activity: dict[str, Any]) -> str:
    """The id of what an activity is about."""
    inner = activity["object"]
    return str(inner["id"] if isinstance(inner, dict) else inner)


async def look_inside(server: Server) -> dict[str, Any]:
    """Rows that do not agree, and work that is left."""
    async with opened(Common(data=server.data)):
        return {
            "uris": {row["uri"] for row in await db.fetch("SELECT uri FROM posts")},
            "off": [row["what"] for row in await db.fetch(_OFF)],
            "leased": await db.fetch_value(_LEASED),
            "left": await db.fetch_value(LEFT),
        }


def memory(server: Server) -> int:
    """What the processes of Echo hold, in bytes; engines are not counted."""
    held = 0
    for role in ("web", "worker", "streaming"):
        for pid in server.pids(role):
            try:
                status = (Path("/proc") / str(pid) / "status").read_text()
            except OSError:
                continue
            held += int(status.partition("VmRSS:")[2].split()[0]) * 1024
    return held
