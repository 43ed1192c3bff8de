"""Block lists of others: brought once, or read again and again. What they want waits for somebody, or holds
at once where that was chosen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from echo import addresses, clock, db
from echo.actions import staff
from echo.actions.block_list_changes import Applied, apply, get, take_back, target
from echo.actions.staff import Target
from echo.errors import FieldError, Invalid, NotFound
from echo.events import BlockListDue, BlockListEnded
from echo.kinds import BlockSeverity
from echo.kinds_of_fences import ListAction
from echo.models import BlockList, BlockListChange, ServerBlock
from echo.policy import block_lists as policy
from echo.policy.block_lists import ReadList
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import block_lists as store

NAME_CHARACTERS = 255
# A list that drops so much at once may be broken: then somebody looks, whatever was chosen.
MOST_DROPPED = 0.5
RETRY = timedelta(hours=1)
SHORTEST_HOURS, LONGEST_HOURS = 1, 24 * 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDraft:
    """Shapes:  severity: of entries that name none; automatic: changes hold at once; retracts: what the list
    drops is not blocked any more
    """

    name: str = ""
    url: str = ""
    severity: BlockSeverity = BlockSeverity.SUSPEND
    automatic: bool = False
    retracts: bool = True
    interval_hours: int = 24


async def subscribe(by: Staff, draft: ListDraft) -> BlockList:
    """Read a list from now on. Raises Forbidden; Invalid for what is no address, and for one that is read."""
    _check(draft)
    if urlsplit(draft.url).scheme not in {"https", "http"} or not urlsplit(draft.url).netloc:
        raise _invalid("url", "URL", "ERR_INVALID", "is no address of the web")
    async with staff.acting(
        by, Deed.BLOCK_LIST_ADD, on=Target("block_list", draft.url, draft.name or draft.url)
    ) as unit:
        if await BlockList.exists(url=draft.url):
            raise _invalid("url", "URL", "ERR_TAKEN", "has already been taken")
        made = await _create(draft)
        unit.emit(BlockListDue(local=True, list_id=made.id))
    return made


async def bring(by: Staff, draft: ListDraft, text: str) -> tuple[BlockList, ReadList]:
    """Bring a list once; what it wants waits for somebody.

    Returns: the list, and what was read of it
    Raises:  Forbidden; Invalid for what names no server
    """
    _check(draft)
    found = await asyncio.to_thread(policy.read, text)
    if not found.entries:
        raise _invalid("list", "List", "ERR_BLANK", policy.complaint(found) or "names no server")
    name = draft.name or f"Import of {clock.now():%Y-%m-%d %H:%M}"
    async with staff.acting(
        by, Deed.BLOCK_LIST_ADD, on=Target("block_list", name, name), details={"entries": len(found.entries)}
    ):
        made = await _create(ListDraft(name=name, severity=draft.severity, retracts=False))
        await _compare(made, found)
    return made, found


async def change(by: Staff, list_id: int, draft: ListDraft) -> BlockList:
    """Change how a list is read; its address stays. Raises Forbidden, NotFound, Invalid."""
    known = await get(list_id)
    _check(draft)
    async with staff.acting(by, Deed.BLOCK_LIST_CHANGE, on=target(known)) as unit:
        wanted = {
            "name": draft.name[:NAME_CHARACTERS],
            "severity": draft.severity.value,
            "automatic": draft.automatic,
            "retracts": draft.retracts,
            "interval_hours": draft.interval_hours,
        }
        staff.require_change(known, wanted)
        known.update_from_dict(wanted)
        await known.save()
        if known.url is not None:
            unit.emit(BlockListDue(local=True, list_id=known.id))
    return known


async def remove(by: Staff, list_id: int, *, with_blocks: bool) -> int:
    """Read a list no more. Its blocks stay, as ours, or are taken back, of which a job does what takes long;
    until then the list is there, and wants nothing.

    Returns: how many blocks are taken back
    Raises:  Forbidden, NotFound
    """
    known = await get(list_id)
    async with staff.acting(
        by, Deed.BLOCK_LIST_REMOVE, on=target(known), details={"with_blocks": with_blocks}
    ) as unit:
        blocks = ServerBlock.filter(list_id=known.id)
        if not with_blocks:
            await blocks.update(list_id=None)
            await known.delete()
            return 0
        count = await blocks.count()
        known.url, known.automatic = None, False
        await known.save(update_fields=["url", "automatic"])
        await BlockListChange.filter(list_id=known.id).delete()
        if await take_back(unit, known):
            unit.emit(BlockListEnded(local=True, list_id=known.id))
    return count


async def take_back_more(list_id: int) -> bool:
    """Take back more of what a list brought that was removed. Returns whether there is still more."""
    known = await store.find(list_id)
    if known is None:
        return False
    async with db.unit_of_work() as unit:
        return await take_back(unit, known)


async def dismiss(by: Staff, list_id: int, ids: Sequence[int]) -> int:
    """Do not do what a list wants; it is not asked again until it wants something else.

    Raises:  Forbidden, NotFound
    """
    known = await get(list_id)
    async with staff.acting(by, Deed.BLOCK_LIST_DISMISS, on=target(known), details={"changes": len(ids)}):
        return await BlockListChange.filter(list_id=list_id, id__in=list(ids), dismissed_at=None).update(
            dismissed_at=clock.now()
        )


async def read_again(by: Staff, list_id: int) -> None:
    """Read a list now. Raises Forbidden; NotFound, also for one that was brought once."""
    known = await get(list_id)
    if known.url is None:
        raise NotFound
    async with staff.acting(by, Deed.BLOCK_LIST_CHANGE, on=target(known)) as unit:
        unit.emit(BlockListDue(local=True, list_id=known.id))


async def ask_for_due() -> None:
    """Have those lists read whose time it is."""
    for list_id in await store.due(clock.now()):
        async with db.unit_of_work() as unit:
            await BlockList.filter(id=list_id).update(due_at=clock.now() + RETRY)
            unit.emit(BlockListDue(local=True, list_id=list_id))


async def fail(list_id: int, reason: str) -> None:
    """A list could not be read; it is tried again in an hour."""
    async with db.unit_of_work():
        await BlockList.filter(id=list_id).update(failure=reason[:500], due_at=clock.now() + RETRY)


async def take(list_id: int, text: str) -> Applied | None:
    """A list was read: what it wants otherwise waits, or is done where that was chosen.

    A list that names nothing any more is taken for broken. One that drops more than half of the blocks that
    it brought waits for somebody in any case.

    Returns: what was done; None when it waits
    """
    known = await store.find(list_id)
    if known is None:
        return None
    found = await asyncio.to_thread(policy.read, text)
    if not found.entries:
        await fail(list_id, "it names no server")
        return None
    async with db.unit_of_work():
        dropped = await _compare(known, found)
    if not known.automatic or dropped > MOST_DROPPED:
        return None
    return await apply(Staff.house(), list_id, None)


async def _create(draft: ListDraft) -> BlockList:
    now = clock.now()
    return await BlockList.create(
        name=draft.name[:NAME_CHARACTERS],
        url=draft.url or None,
        severity=draft.severity.value,
        automatic=draft.automatic,
        retracts=draft.retracts,
        interval_hours=draft.interval_hours,
        due_at=now,
        created_at=now,
    )


async def _compare(known: BlockList, found: ReadList) -> float:
    """Write down what a list wants. Returns which part of the blocks that it brought it drops."""
    here, now = addresses.here(), clock.now()
    blocks, default = await store.known(), BlockSeverity(known.severity)
    wishes = policy.compare(
        found.entries,
        blocks,
        list_id=known.id,
        default=default,
        retracts=known.retracts,
        never=frozenset(name.partition(":")[0].lower() for name in (here.domain, here.host)),
    )
    await store.replace_changes(known.id, wishes, default, now)
    known.entries = [entry.domain for entry in found.entries]
    known.checked_at, known.failure = now, policy.complaint(found)
    known.due_at = now + timedelta(hours=known.interval_hours)
    await known.save(update_fields=["entries", "checked_at", "failure", "due_at"])
    brought = sum(block.list_id == known.id for block in blocks.values())
    return sum(wish.action is ListAction.REMOVE for wish in wishes) / brought if brought else 0.0


def _check(draft: ListDraft) -> None:
    if not SHORTEST_HOURS <= draft.interval_hours <= LONGEST_HOURS:
        raise _invalid(
            "interval_hours", "Interval", "ERR_INVALID", f"must be {SHORTEST_HOURS} to {LONGEST_HOURS} hours"
        )


def _invalid(field: str, label: str, code: str, words: str) -> Invalid:
    return Invalid(f"Validation failed: {label} {words}", details={field: [FieldError(code, words)]})
