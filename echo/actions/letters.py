"""Letters: chosen, ended by a link, and digests that are due."""

from __future__ import annotations

import msgspec

from echo import db
from echo.errors import NotFound
from echo.events import DigestDue
from echo.policy import letters as policy
from echo.policy.letters import Letters
from echo.store import letters


async def choose(user_id: int, chosen: Letters) -> None:
    """Choose which letters one wants."""
    await db.execute(
        "UPDATE users SET settings = jsonb_set(settings, '{letters}', $2::jsonb) WHERE id = $1",
        user_id,
        msgspec.json.encode(policy.written(chosen)).decode(),
    )


async def end_by_ticket(ticket: str) -> str:
    """Somebody followed the link in a letter: letters of that kind end. Twice changes nothing more.

    Returns: which kind
    Raises:  NotFound for a link that we did not make
    """
    user_id, what = await read_ticket(ticket)
    async with db.unit_of_work():
        # Waits for whoever changes the same choices now.
        await db.fetch("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", user_id)
        known = policy.read(await letters.settings(user_id))
        await choose(user_id, known.without(what))
    return what


async def read_ticket(ticket: str) -> tuple[int, str]:
    """Whose letters of which kind a link ends. Raises NotFound for a link that we did not make."""
    found = policy.read_ticket(await letters.secret(), ticket)
    if found is None:
        raise NotFound
    return found


async def ask_for_digests() -> int:
    """Write to everybody to whom a digest is due; how many. Noted and asked for in one transaction."""
    async with db.unit_of_work() as unit:
        user_ids = await letters.take_due_digests()
        for user_id in user_ids:
            unit.emit(DigestDue(local=True, user_id=user_id))
    return len(user_ids)
