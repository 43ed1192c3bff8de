"""The dry run: what policies would do with the last posts. Nothing is changed, nobody is told."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from echo import ids
from echo.actions import judging, sayings, staff
from echo.actions.judging import Known
from echo.actions.policies import PolicyDraft, apply
from echo.actions.staff import Target
from echo.db import Row
from echo.errors import Invalid
from echo.models import Policy
from echo.policy.deeds import Deed
from echo.policy.pipeline import catalogue
from echo.policy.pipeline.chain import Chain
from echo.policy.pipeline.said import Door, Said
from echo.policy.pipeline.verdicts import Action, Verdict
from echo.policy.roles import Staff
from echo.store import policies

POSTS_MAX = 2_000
# A program that is asked is asked no more often in one dry run.
HOOK_POSTS_MAX = 50
SECONDS_MAX = 20.0
EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """Over which posts a dry run goes: of people here, of other servers, how many at most."""

    local: bool = True
    remote: bool = True
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it.

    Shapes:  looked_at: posts, fewer than asked for where there are no more, or when time was up;
             counts: by action; examples: the newest that would not be plainly accepted, with their verdicts
    """

    looked_at: int
    seconds: float
    counts: Mapping[Action, int]
    examples: tuple[tuple[Row, Verdict], ...]


class Past(Known):
    """`Facts` as they were when a post was written, as far as rows tell."""

    def __init__(self, at_seconds: float, sayers: dict[str, set[int]], asked: Counter[str]) -> None:
        super().__init__()
        self._at_seconds = at_seconds
        self._sayers = sayers
        self._asked = asked

    async def known_hours(self, said: Said) -> float:
        return (self._at_seconds - ids.moment_of(said.author_id).timestamp()) / 3600

    async def others_who_said(self, said: Said, fingerprint: str, hours: int) -> int:
        """Of the posts of this run: the newest come first, so those that came later are counted."""
        among = self._sayers[fingerprint]
        among.add(said.author_id)
        return len(among) - 1

    async def ask(self, url: str, headers: dict[str, str], body: bytes, seconds: float) -> bytes | None:
        self._asked["hook"] += 1
        if self._asked["hook"] > HOOK_POSTS_MAX:
            return b'{"action": "accept"}'
        return await super().ask(url, headers, body, seconds)


async def try_all(by: Staff, sample: Sample) -> Trial:
    """What all policies that are on would do. Raises Forbidden."""
    async with staff.acting(by, Deed.POLICY_TRY, on=Target("policy", "", "all")):
        pass
    return await _run(await judging.chain(), sample)


async def try_one(by: Staff, policy_id: int, draft: PolicyDraft, sample: Sample) -> Trial:
    """What one policy would do, on or off, with these changes to it. Raises NotFound; Forbidden; Invalid."""
    row = await policies.get(policy_id)
    async with staff.acting(by, Deed.POLICY_TRY, on=Target("policy", policy_id, row.name)):
        pass
    apply(row, catalogue.KINDS[row.kind], draft)
    return await _run_row(row, sample)


async def try_new(by: Staff, kind: str, draft: PolicyDraft, sample: Sample) -> Trial:
    """What a policy would do that is not there yet. Raises Forbidden; Invalid."""
    async with staff.acting(by, Deed.POLICY_TRY, on=Target("policy", "", kind)):
        pass
    known = catalogue.KINDS.get(kind)
    if known is None:
        raise Invalid(f"Validation failed: Kinds are {', '.join(catalogue.KINDS)}")
    row = Policy(
        id=0, kind=kind, name=known.title, doors=list(Door), only_hosts=[], except_hosts=[], settings={}
    )
    apply(row, known, draft)
    return await _run_row(row, sample)


async def _run_row(row: Policy, sample: Sample) -> Trial:
    link = judging.link_of(row)
    return await _run(Chain([] if link is None else [link]), sample)


async def _run(chain: Chain, sample: Sample) -> Trial:
    began = time.monotonic()
    counts: Counter[Action] = Counter()
    examples: list[tuple[Row, Verdict]] = []
    sayers: dict[str, set[int]] = defaultdict(set)
    asked: Counter[str] = Counter()
    limit = max(1, min(sample.limit, POSTS_MAX))
    for row in await policies.latest_posts(local=sample.local, remote=sample.remote, limit=limit):
        if time.monotonic() - began > SECONDS_MAX:
            break
        await asyncio.sleep(0)  # others want to be answered meanwhile
        facts = Past(row["created_at"].timestamp(), sayers, asked)
        verdict = await chain.judge(sayings.of_row(row), facts)
        counts[verdict.action] += 1
        if verdict.action != Action.ACCEPT and len(examples) < EXAMPLES:
            examples.append((row, verdict))
    return Trial(counts.total(), time.monotonic() - began, counts, tuple(examples))
