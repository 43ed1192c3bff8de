"""What is measured while Echo runs: each operation by itself, after a warm-up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench import wire
from bench.chats import measure_chats
from bench.figures import Figure
from bench.live import measure_events, measure_sockets
from bench.measuring import Bench, cost, send
from bench.multitudes import LIVE, measure_live
from bench.searching import measure_search
from bench.sharing import measure_counting, measure_policies, measure_uploads
from bench.stalled import measure_stalled
from bench.trouble import measure_dead_hosts, measure_viral
from bench.users import USERS, measure_users
from bench.writing import measure_deliveries, measure_home_fan_out, measure_inbox, measure_posting


@dataclass(frozen=True, slots=True)
class Operation:
    """A name for `--only`, and what measures it. `is_asked_for`: only when it is named."""

    name: str
    measure: Callable[[Bench], Awaitable[list[Figure]]]
    is_asked_for: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A GET request. Shapes:  path: with {status}, {account}, {name} and {port} filled in"""

    name: str
    title: str
    budget: float | None
    path: str
    signed_in: bool = False
    accept: str = "application/json"

    async def measure(self, bench: Bench) -> list[Figure]:
        """Ask again and again, several at a time."""
        world = bench.world
        author = world.people[1].account
        path = self.path.format(
            status=world.post_ids[-30], account=author.id, name=author.username, port=bench.port
        )
        token = world.reader.token if self.signed_in else ""
        request = wire.get(bench.port, path, token=token, accept=self.accept)
        await send(bench, [request], bench.requests // 10)
        return [await cost(bench, self.name, self.title, self.budget, [request], bench.requests)]


READINGS = (
    Reading("home", "home timeline, 20 posts", 1.5, "/api/v1/timelines/home", signed_in=True),
    Reading("public", "public timeline, 20 posts", 1.2, "/api/v1/timelines/public", signed_in=True),
    Reading("status", "one status", 1.2, "/api/v1/statuses/{status}", signed_in=True),
    Reading("account", "one account", 1.2, "/api/v1/accounts/{account}", signed_in=True),
    Reading("notifications", "notifications", None, "/api/v1/notifications", signed_in=True),
    Reading("instance", "instance, v2", None, "/api/v2/instance"),
    Reading("actor", "actor as ActivityPub", 0.7, "/ap/actors/{account}", accept=wire.ACTIVITY),
    Reading("note", "post as ActivityPub", 0.7, "/ap/posts/{status}", accept=wire.ACTIVITY),
    Reading(
        "webfinger",
        "WebFinger",
        0.7,
        "/.well-known/webfinger?resource=acct:{name}@localhost:{port}",
        accept="application/jrd+json",
    ),
    Reading("nodeinfo", "NodeInfo", 0.7, "/nodeinfo/2.0"),
)


OPERATIONS = (
    *(Operation(reading.name, reading.measure) for reading in READINGS),
    Operation("post", measure_posting),
    Operation("upload", measure_uploads),
    Operation("policies", measure_policies),
    Operation("counting", measure_counting),
    Operation("inbox", measure_inbox),
    Operation("delivery", measure_deliveries),
    Operation("fan-out", measure_home_fan_out),
    Operation("event", measure_events),
    Operation("chat", measure_chats),
    Operation("socket", measure_sockets),
    Operation("dead-hosts", measure_dead_hosts),
    Operation("viral", measure_viral),
    Operation(LIVE, measure_live, is_asked_for=True),
    Operation("stalled", measure_stalled, is_asked_for=True),
    Operation(USERS, measure_users, is_asked_for=True),
    # Last, because it leaves so many posts behind.
    Operation("search", measure_search),
)
