"""Erasing what a deleted account left behind."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from echo import db
from echo.actions import archives, chat_erasing, discarding
from echo.media import port
from echo.models import Account
from echo.store import erasing, jobs

BATCH = 500
FILES = 50
# How long one run may take; the next goes on where it stopped.
RUN_SECONDS = 20.0


async def erase(account_id: int) -> bool:
    """Erase posts, files, marks, relations and the login of a deleted account.

    The row itself stays: a local name stays taken, and a remote id stays known as gone. The goodbye to other
    servers needs the relations, so it goes first.

    Returns: whether nothing is left; else it is too early, or more than one run can do
    """
    account = await Account.get_or_none(id=account_id)
    if account is None or account.deleted_at is None:
        return True
    if await jobs.is_waiting("federation.send_goodbye", "account_id", account_id):
        return False
    if not account.domain:
        # Their rows go with everything else.
        await archives.forget_files(account_id)
    until = time.monotonic() + RUN_SECONDS
    steps = (
        chat_erasing.erase_one,
        erasing.posts,
        erasing.likes,
        erasing.reactions,
        erasing.follows,
        _files,
        erasing.everything_else,
    )
    for step in steps:
        if not await _whole(step, account_id, until):
            return False
    if not account.domain:
        for key in (account.avatar, account.header):
            await _throw_away(key)
    async with db.unit_of_work():
        await erasing.person(account_id)
    return True


async def _whole(step: Callable[[int, int], Awaitable[int]], account_id: int, until: float) -> bool:
    """Repeat a step until there is nothing left for it; False when the time is up."""
    while time.monotonic() < until:
        async with db.unit_of_work():
            done = await step(account_id, BATCH)
        if not done:
            return True
    return False


async def _files(account_id: int, _: int) -> int:
    ids = await erasing.discard_files(account_id, FILES)
    await discarding.erase(ids)
    return len(ids)


async def _throw_away(key: str) -> None:
    """Delete a file of ours; what lies elsewhere stays there."""
    if key and "://" not in key:
        await port.store().delete(key)
