"""Collections: made, changed, filled, and withdrawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from echo import clock, db, ids
from echo.actions.notify import tell
from echo.db import UnitOfWork
from echo.errors import FieldError, Forbidden, Invalid, NotFound
from echo.kinds import ItemState, NotificationKind
from echo.models import Account, Collection, CollectionItem
from echo.policy import collections as policy
from echo.store import accounts, collections, relations
from echo.text import languages, length
from echo.text.hashtags import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDraft:
    """What a collection shall be; None keeps a value (a new one gets a default). Empty texts clear."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None
    tag_name: str | None = None


async def create(owner_id: int, draft: CollectionDraft, member_ids: Sequence[int]) -> int:
    """Make a collection with these people in it; its id.

    Raises:  Invalid with the reasons by field; NotFound for unknown people; Forbidden for people who cannot
             be put into one
    """
    values = _values(draft, is_new=True)
    wanted = list(dict.fromkeys(member_ids))
    if len(wanted) > policy.ITEMS_MAX:
        raise _too_many("collection_items", policy.ITEMS_MAX)
    now = clock.now()
    async with db.unit_of_work() as unit:
        # Two that are made at once are counted one after the other.
        await db.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", owner_id)
        if await collections.count_of(owner_id) >= policy.MOST:
            raise _too_many("base", policy.MOST)
        made = await Collection.create(
            id=ids.new_id(), account_id=owner_id, created_at=now, updated_at=now, **values
        )
        for member_id in wanted:
            await _put_in(unit, made, member_id)
    return int(made.id)


async def edit(owner_id: int, collection_id: int, draft: CollectionDraft) -> None:
    """Change a collection of one's own. Raises NotFound, Invalid with the reasons by field."""
    values = _values(draft, is_new=False)
    async with db.unit_of_work() as unit:
        known = await _own(owner_id, collection_id)
        changed = {name: value for name, value in values.items() if getattr(known, name) != value}
        if not changed:
            return
        known.update_from_dict(changed | {"updated_at": clock.now()})
        await known.save()
        if changed.keys() & {"name", "description"}:
            members = await collections.member_ids(known.id)
            await tell(unit, members, NotificationKind.COLLECTION_EDIT, owner_id, object_id=known.id)


async def remove(owner_id: int, collection_id: int) -> None:
    """Delete a collection of one's own. Raises NotFound."""
    async with db.unit_of_work():
        await (await _own(owner_id, collection_id)).delete()


async def add(owner_id: int, collection_id: int, member_id: int) -> CollectionItem:
    """Put somebody into a collection of one's own.

    Raises:  NotFound; Forbidden for somebody who cannot be put into one; Invalid when they are in it, have
             withdrawn, or it is full
    """
    async with db.unit_of_work() as unit:
        known = await _own(owner_id, collection_id)
        if len(await collections.member_ids(known.id)) >= policy.ITEMS_MAX:
            raise _too_many("collection_items", policy.ITEMS_MAX)
        return await _put_in(unit, known, member_id)


async def take_out(owner_id: int, collection_id: int, item_id: int) -> None:
    """Take somebody out of a collection of one's own. Raises NotFound."""
    async with db.unit_of_work():
        known = await _own(owner_id, collection_id)
        item = await CollectionItem.get_or_none(id=item_id, collection_id=known.id)
        if item is None or item.state == ItemState.REVOKED:
            raise NotFound
        await item.delete()


async def withdraw(member_id: int, collection_id: int, item_id: int) -> None:
    """One does not want to be in a collection of somebody, now or later; twice is once. Raises NotFound."""
    async with db.unit_of_work():
        await collections.lock(collection_id)
        item = await CollectionItem.get_or_none(id=item_id, collection_id=collection_id, account_id=member_id)
        if item is None:
            raise NotFound
        item.state = ItemState.REVOKED
        await item.save(update_fields=["state"])


async def _put_in(unit: UnitOfWork, collection: Collection, member_id: int) -> CollectionItem:
    member = await accounts.get(member_id)
    await _require_featurable(collection.account_id, member)
    if await CollectionItem.exists(collection_id=collection.id, account_id=member.id):
        raise Invalid(
            "Validation failed: Account has already been taken",
            details={"account": [FieldError("ERR_TAKEN", "has already been taken")]},
        )
    made = await CollectionItem.create(
        collection_id=collection.id,
        account_id=member.id,
        state=ItemState.ACCEPTED.value,
        created_at=clock.now(),
    )
    kind = NotificationKind.COLLECTED
    await tell(unit, [member.id], kind, collection.account_id, object_id=collection.id)
    return made


async def _require_featurable(owner_id: int, member: Account) -> None:
    may = policy.may_feature(is_local=not member.domain, discoverable=member.discoverable)
    if not may or member.suspended_at is not None:
        raise Forbidden
    if await relations.is_blocked_either_way(owner_id, member.id):
        raise Forbidden


async def _own(owner_id: int, collection_id: int) -> Collection:
    known = await collections.lock(collection_id)
    if known is None or known.account_id != owner_id:
        raise NotFound
    return known


def _values(draft: CollectionDraft, *, is_new: bool) -> dict[str, Any]:
    """The columns that a draft sets. Raises Invalid with the reasons by field."""
    problems: dict[str, list[FieldError]] = {}
    values: dict[str, Any] = {}
    if draft.name is not None or is_new:
        values["name"] = (draft.name or "").strip()
        if not values["name"]:
            problems["name"] = [FieldError("ERR_BLANK", "can't be blank")]
        _check_length(problems, "name", values["name"], policy.NAME_CHARACTERS)
    if draft.description is not None:
        values["description"] = draft.description.strip()
        _check_length(problems, "description", values["description"], policy.DESCRIPTION_CHARACTERS)
    if draft.language is not None:
        values["language"] = languages.normalise(draft.language)
        if draft.language and values["language"] is None:
            problems["language"] = [FieldError("ERR_INVALID", "is not a valid language")]
    if draft.tag_name is not None:
        values["hashtag"] = normalise(draft.tag_name.strip().lstrip("#")) or ""
        if draft.tag_name.strip() and not values["hashtag"]:
            problems["tag_name"] = [FieldError("ERR_INVALID", "is not a hashtag")]
    for name in ("sensitive", "discoverable"):
        if getattr(draft, name) is not None:
            values[name] = getattr(draft, name)
    if problems:
        first = next(iter(problems))
        title = first.replace("_", " ").capitalize()
        raise Invalid(f"Validation failed: {title} {problems[first][0].description}", details=problems)
    return values


def _check_length(problems: dict[str, list[FieldError]], name: str, text: str, most: int) -> None:
    if length.graphemes(text) > most:
        reason = FieldError("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
        problems.setdefault(name, []).append(reason)


def _too_many(name: str, most: int) -> Invalid:
    reason = FieldError("ERR_TOO_MANY", f"are too many (maximum is {most})")
    return Invalid(f"Validation failed: There are too many (maximum is {most})", details={name: [reason]})
