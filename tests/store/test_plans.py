"""Queues are claimed by their indexes, also where a plan is made while nothing waits."""

from __future__ import annotations

import pytest

from echo import db
from echo.runtime import Runtime
from echo.store import deliveries, inbound
from echo.store.by_index import BY_INDEX

CLAIMS = {
    "inbound": (inbound._CLAIM, "timestamptz, bigint, text, timestamptz", "now(), 8, 'me', now()"),
    "hosts": (deliveries._HOSTS, "text, timestamptz, bigint, bool", "'', now(), 8, NULL"),
    "deliveries": (
        deliveries._CLAIM,
        "text[], timestamptz, bigint, bigint, text, bigint, timestamptz, timestamptz",
        "ARRAY['a.example'], now(), 1, 8, 'me', 1, now(), now()",
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_no_claim_reads_a_whole_queue(runtime: Runtime, name: str) -> None:
    statement, types, values = CLAIMS[name]
    async with db.unit_of_work():
        await db.execute("SET LOCAL plan_cache_mode TO force_generic_plan")
        await db.execute(f"SELECT {BY_INDEX}")
        await db.execute(f"PREPARE claim({types}) AS {statement}")
        plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN EXECUTE claim({values})"))
        await db.execute("DEALLOCATE claim")
    assert "Seq Scan on inbound_activities" not in plan
    assert "Seq Scan on deliveries" not in plan
    assert " on inbound_activities" in plan or " on deliveries" in plan
