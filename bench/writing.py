"""What changes something: posts, deliveries of others, deliveries to others, home timelines."""

from __future__ import annotations

from bench import wire
from bench.figures import Fact, Figure
from bench.measuring import Bench, send, while_workers_rest, with_all_work, with_failures


async def measure_posting(bench: Bench) -> list[Figure]:
    """Publish with a mention and a hashtag: once with resting workers, once with everything that follows."""
    world, count = bench.world, bench.requests // 5

    def requests(run: str) -> list[bytes]:
        return [
            wire.post_status(
                bench.port,
                f"{run} {n}: a word to @{world.people[n % 50].account.username} about #benchmarks and more",
                token=world.people[(n * 7 + 1) % 50].token,
            )
            for n in range(count)
        ]

    await send(bench, requests("warm")[: count // 5], count // 5)
    await bench.server.drained()
    answered = await while_workers_rest(bench, "post", "POST a status: answered", 5.0, requests("answered"))
    whole = await with_all_work(bench, "post-all", "POST a status: all work", None, requests("all"))
    return [answered, whole]


async def measure_inbox(bench: Bench) -> list[Figure]:
    """Deliver posts of other servers: until the 202, and until they can be read."""
    count = bench.requests // 2
    warm = wire.signed_creates(bench.port, bench.world, count // 5, run="warm")
    await send(bench, warm, len(warm))
    await bench.server.drained()
    first = wire.signed_creates(bench.port, bench.world, count, run="first")
    accepted = await while_workers_rest(bench, "inbox", "signed inbox POST: accepted", 2.0, first)
    second = wire.signed_creates(bench.port, bench.world, count, run="second")
    whole = await with_all_work(bench, "inbox-all", "signed inbox POST: processed", 6.0, second)
    return [accepted, whole]


async def measure_deliveries(bench: Bench) -> list[Figure]:
    """One post to an inbox on each of many hosts: the first opens the connections, the others find them."""
    world, times = bench.world, 1 if bench.is_quick else 3
    post = wire.post_status(bench.port, "to all servers", token=world.star.token)
    costs = []
    for name, title, budget, rounds in (
        ("delivery-cold", "one delivery of {}, new connections", None, 1),
        ("delivery", "one delivery of {}, again", 1.0, times),
    ):
        await bench.outside.arrivals()
        cost = await with_all_work(
            bench,
            name,
            title.format(f"{world.hosts:,}"),
            budget,
            [post] * rounds,
            share=world.hosts,
            clients=1,
        )
        missing = world.hosts * rounds - await bench.outside.arrivals()
        costs.append(with_failures(cost, missing, "deliveries did not arrive"))
    wall = Fact(
        name="delivery-wall",
        title=f"{world.hosts:,} inboxes, wall time of one post",
        value=costs[-1].seconds / times,
        unit="s",
        budget=1.5,
    )
    return [*costs, wall]


async def measure_home_fan_out(bench: Bench) -> list[Figure]:
    """A post by somebody with many followers here."""
    world, rounds = bench.world, 4 if bench.is_quick else 10
    post = wire.post_status(bench.port, "to everybody here", token=world.popular.token)
    await send(bench, [post], 2)
    await bench.server.drained()
    title = f"post to {len(world.crowd.ids):,} home timelines, in all"
    return [await with_all_work(bench, "fan-out", title, 50.0, [post] * rounds, clients=1)]
