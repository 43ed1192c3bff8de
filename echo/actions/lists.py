"""Lists of people one follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import clock, db
from echo.db import UnitOfWork
from echo.errors import Invalid, NotFound
from echo.events import ListChanged, ListRemoved, OwnChanged
from echo.kinds import RepliesPolicy
from echo.models import List
from echo.store import lists

LISTS_PER_PERSON = 50
TITLE_CHARACTERS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDraft:
    """What a list shall be; None keeps what is there, or takes the default."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


async def create(owner_id: int, draft: ListDraft) -> List:
    """Make an empty list.

    Raises:  Invalid without a title, with a word that is no policy, or when there are 50 already
    """
    changes = _changes(draft)
    _require_title(draft.title or "")
    async with db.unit_of_work() as unit:
        # Two lists at the same moment are counted one after the other.
        await db.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", owner_id)
        if await List.filter(account_id=owner_id).count() >= LISTS_PER_PERSON:
            raise Invalid("Validation failed: You have reached the maximum number of lists")
        made = List(account_id=owner_id, created_at=clock.now()).update_from_dict(changes)
        await made.save(force_create=True)
        unit.emit(OwnChanged(local=True, account_id=owner_id, what="lists"))
        return made


async def change(owner_id: int, list_id: int, draft: ListDraft) -> List:
    """Rename a list, or change what it shows. Raises NotFound, Invalid."""
    changes = _changes(draft)
    if draft.title is not None:
        _require_title(draft.title)
    async with db.unit_of_work() as unit:
        known = await lists.get(owner_id, list_id)
        changed = {name: value for name, value in changes.items() if getattr(known, name) != value}
        if changed:
            await known.update_from_dict(changed).save(update_fields=list(changed))
            _emit(unit, known, home_too="exclusive" in changed)
    return known


async def remove(owner_id: int, list_id: int) -> List:
    """Delete a list; its members stay followed. Returns what it was. Raises NotFound."""
    async with db.unit_of_work() as unit:
        known = await lists.get(owner_id, list_id)
        await List.filter(id=list_id).delete()
        unit.emit(
            ListRemoved(local=True, list_id=list_id, account_id=owner_id, home_too=known.exclusive),
        )
        unit.emit(OwnChanged(local=True, account_id=owner_id, what="lists"))
    return known


async def add_members(owner_id: int, list_id: int, account_ids: Sequence[int]) -> List:
    """Put people on a list, all of them or none. One may put oneself there.

    Returns: the list
    Raises:  NotFound, also for somebody who is not followed (to have asked is enough); Invalid for somebody
             who is on it already
    """
    async with db.unit_of_work() as unit:
        known = await lists.get(owner_id, list_id)
        if len(await _addable(owner_id, account_ids)) < len(set(account_ids)):
            raise NotFound
        added = await db.fetch(
            "INSERT INTO list_members (list_id, owner_id, account_id, created_at)"
            " SELECT $1, $2, a.id, $4 FROM unnest($3::bigint[]) AS a(id)"
            " ON CONFLICT (list_id, account_id) DO NOTHING RETURNING id",
            list_id,
            owner_id,
            list(set(account_ids)),
            clock.now(),
        )
        if len(added) < len(set(account_ids)):
            raise Invalid("Validation failed: Account has already been taken")
        if added:
            _emit(unit, known, home_too=known.exclusive)
    return known


async def remove_members(owner_id: int, list_id: int, account_ids: Sequence[int]) -> List:
    """Take people off a list; those who are not on it are passed over. Returns the list. Raises NotFound."""
    async with db.unit_of_work() as unit:
        known = await lists.get(owner_id, list_id)
        taken = await db.execute(
            "DELETE FROM list_members WHERE list_id = $1 AND account_id = ANY($2)", list_id, list(account_ids)
        )
        if taken:
            _emit(unit, known, home_too=known.exclusive)
    return known


async def forget_unfollowed(owner_id: int, account_id: int) -> None:
    """Take somebody who is not followed any more off every list of this person; in their unit of work."""
    await db.execute(
        "DELETE FROM list_members WHERE account_id = $2 AND owner_id = $1 AND account_id <> $1",
        owner_id,
        account_id,
    )


def _emit(unit: UnitOfWork, known: List, *, home_too: bool) -> None:
    unit.emit(ListChanged(local=True, list_id=known.id, account_id=known.account_id, home_too=home_too))
    unit.emit(OwnChanged(local=True, account_id=known.account_id, what="lists"))


async def _addable(owner_id: int, account_ids: Sequence[int]) -> set[int]:
    """Those of these people who live and are followed, asked or oneself. Their follows stay until the unit of
    work ends: whoever ends one meanwhile waits, and then finds them on the list.
    """
    followed = await db.fetch(
        "SELECT a.id FROM follows f JOIN accounts a ON a.id = f.followee_id AND a.deleted_at IS NULL"
        " WHERE f.follower_id = $1 AND f.followee_id = ANY($2) FOR KEY SHARE OF f",
        owner_id,
        list(account_ids),
    )
    return {row["id"] for row in followed} | ({owner_id} & set(account_ids))


def _changes(draft: ListDraft) -> dict[str, object]:
    changes: dict[str, object] = {}
    if draft.title is not None:
        changes["title"] = draft.title.strip()
    if draft.replies_policy is not None:
        if draft.replies_policy not in set(RepliesPolicy):
            raise Invalid("Validation failed: Replies policy is not included in the list")
        changes["replies_policy"] = draft.replies_policy
    if draft.exclusive is not None:
        changes["exclusive"] = draft.exclusive
    return changes


def _require_title(title: str) -> None:
    if not title.strip():
        raise Invalid("Validation failed: Title can't be blank")
    if len(title.strip()) > TITLE_CHARACTERS:
        raise Invalid(f"Validation failed: Title is too long (maximum is {TITLE_CHARACTERS} characters)")
