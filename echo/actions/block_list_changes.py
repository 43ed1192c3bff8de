"""What lists of others want to be otherwise here, done: a batch in each transaction, the rest in a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo.actions import server_blocks, staff
from echo.actions.server_blocks import BlockDraft
from echo.actions.staff import Target
from echo.db import UnitOfWork
from echo.errors import NotFound
from echo.events import BlockListAgreed
from echo.kinds import BlockSeverity
from echo.kinds_of_fences import ListAction
from echo.models import BlockList, BlockListChange, ServerBlock
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import block_lists as store

# Changes in one transaction, and so in one row of the audit log.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Applied:
    """How many blocks were made, changed and taken back. Shapes:  later: how many changes a job does"""

    added: int = 0
    changed: int = 0
    removed: int = 0
    later: int = 0


async def get(list_id: int) -> BlockList:
    """A list by its id. Raises NotFound."""
    known = await store.find(list_id)
    if known is None:
        raise NotFound
    return known


def target(known: BlockList) -> Target:
    """The list, as the audit log names it."""
    return Target("block_list", known.id, known.name or known.url or "")


async def apply(by: Staff, list_id: int, ids: Sequence[int] | None) -> Applied:
    """Do what a list wants: these changes, or all that wait, of which a job does what takes long.

    Raises:  Forbidden, NotFound
    """
    if ids is None:
        up_to = await store.last_change(list_id)
        return await _apply_batch(by, list_id, up_to, then=_agreed(by, list_id, up_to))
    done = Applied()
    for start in range(0, max(len(ids), 1), BATCH):
        done = _sum(done, await _apply_batch(by, list_id, ids=ids[start : start + BATCH]))
    return done


async def apply_here(by: Staff, list_id: int) -> Applied:
    """Do all that a list wants, now, however long that takes. Raises Forbidden, NotFound."""
    up_to, done, is_more = await store.last_change(list_id), Applied(), True
    while is_more:
        done = _sum(done, await _apply_batch(by, list_id, up_to))
        is_more = done.later > 0
    return done


async def apply_more(by: Staff, list_id: int, up_to: int) -> bool:
    """Do more of what a list wanted when somebody agreed to it.

    Returns: whether there is still more
    Raises:  Forbidden, NotFound
    """
    return (await _apply_batch(by, list_id, up_to)).later > 0


async def take_back(unit: UnitOfWork, known: BlockList) -> bool:
    """Take back a batch of the blocks that a list brought, inside the caller's unit of work, and with the
    last of them the list.

    Returns: whether there is more
    """
    blocks = await ServerBlock.filter(list_id=known.id).order_by("id").limit(BATCH)
    for block in blocks:
        await server_blocks.take_away(unit, block)
    if len(blocks) == BATCH:
        return True
    await known.delete()
    return False


async def _apply_batch(
    by: Staff,
    list_id: int,
    up_to: int | None = None,
    *,
    ids: Sequence[int] | None = None,
    then: BlockListAgreed | None = None,
) -> Applied:
    """Shapes:  up_to: no change that came after this one; then: said where more is left than one batch"""
    known = await get(list_id)
    waiting = await store.changes(list_id, ids=ids, up_to=up_to, limit=BATCH)
    async with staff.acting(
        by,
        Deed.BLOCK_LIST_APPLY,
        on=target(known),
        details={wish.domain: wish.action for wish in waiting},
    ) as unit:
        for wish in waiting:
            await _do(unit, known, wish)
        await BlockListChange.filter(id__in=[wish.id for wish in waiting]).delete()
        later = 0 if up_to is None else await store.count_changes(list_id, up_to)
        if then is not None and later:
            unit.emit(then)
    added, changed, removed = (_count(waiting, action) for action in ListAction)
    return Applied(added, changed, removed, later)


async def _do(unit: UnitOfWork, known: BlockList, wish: BlockListChange) -> None:
    if wish.action == ListAction.REMOVE:
        block = await ServerBlock.get_or_none(domain=wish.domain, list_id=known.id)
        if block is not None:
            await server_blocks.take_away(unit, block)
        return
    there = await ServerBlock.get_or_none(domain=wish.domain)
    draft = BlockDraft(
        domain=wish.domain,
        severity=BlockSeverity(wish.severity),
        reject_media=wish.reject_media,
        reject_reports=wish.reject_reports,
        reason=wish.reason,
        note=there.note if there is not None else f"From the list {known.name or known.url}",
        obfuscate=wish.obfuscate,
    )
    # A block that was made here stays ours, only stricter: no list may take it back.
    list_id = known.id if there is None else there.list_id
    await server_blocks.put(unit, wish.domain, draft, list_id=list_id)


def _agreed(by: Staff, list_id: int, up_to: int) -> BlockListAgreed:
    return BlockListAgreed(
        local=True,
        list_id=list_id,
        up_to=up_to,
        account_id=by.account_id,
        address=by.address,
        door=by.door,
    )


def _sum(one: Applied, other: Applied) -> Applied:
    return Applied(
        one.added + other.added, one.changed + other.changed, one.removed + other.removed, other.later
    )


def _count(waiting: Sequence[BlockListChange], action: ListAction) -> int:
    return sum(wish.action == action for wish in waiting)
