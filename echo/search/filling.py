"""Filling the index with what is there already, in stretches that can be resumed: after an upgrade, after a
change of the engine, after somebody began or ceased to be indexable."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from echo import ids
from echo.search import entries
from echo.store import accounts, search_accounts, search_messages, search_rows

BATCH = 500
REOPEN_SECONDS = 20.0
KINDS = ("accounts", "posts", "messages")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the index is filled; `done` counts what was looked at."""

    kind: str
    done: int
    below_id: int
    is_finished: bool


async def progress(kind: str) -> Progress:
    """How far the filling has come."""
    row = await search_rows.fill(kind)
    if row is None:
        return Progress(kind, 0, ids.MAX_ID, False)
    return Progress(kind, row.done, row.below_id, row.finished_at is not None)


async def begin_again() -> None:
    """Fill from the beginning, whatever was done before."""
    for kind in KINDS:
        await search_rows.save_fill(kind, below_id=ids.MAX_ID, done=0, is_finished=False)


async def step(kind: str) -> Progress:
    """Put the next few into the index, newest first."""
    before = await progress(kind)
    if before.is_finished:
        return before
    if kind == "posts":
        found = await search_rows.ids_below(before.below_id, BATCH)
        await entries.put(found)
    elif kind == "messages":
        found = await search_messages.keep_below(before.below_id, BATCH)
    else:
        found = await search_accounts.keep_below(before.below_id, BATCH)
    below_id = min(found, default=before.below_id)
    after = Progress(kind, before.done + len(found), below_id, len(found) < BATCH)
    await search_rows.save_fill(kind, below_id=below_id, done=after.done, is_finished=after.is_finished)
    return after


async def fill(seconds: float) -> bool:
    """Fill for about so long; whether there is nothing left to fill."""
    until = asyncio.get_running_loop().time() + seconds
    for kind in KINDS:
        while not (await step(kind)).is_finished:
            if asyncio.get_running_loop().time() >= until:
                return False
    return True


async def reopen(account_id: int) -> bool:
    """Put the posts of somebody in anew who has begun or ceased to be indexable; False: there are more."""
    account = await accounts.find(account_id)
    if account is None:
        return True
    below_id = await search_accounts.begin_reopening(account_id, is_open=account.indexable)
    until = asyncio.get_running_loop().time() + REOPEN_SECONDS
    while below_id is not None:
        found = await search_rows.ids_of_author(account_id, below_id, BATCH)
        await entries.put(found)
        below_id = min(found) if len(found) == BATCH else None
        await search_accounts.reopened_to(account_id, below_id)
        if below_id is not None and asyncio.get_running_loop().time() >= until:
            return False
    return True
