"""Announcements: written, published, taken back, read and reacted to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from echo import addresses, clock, db
from echo.actions import composing
from echo.actions.staff import NothingToDo, Target, acting, require_change
from echo.db import UnitOfWork
from echo.errors import Invalid, NotFound
from echo.events import AnnouncementChanged, AnnouncementReacted, AnnouncementRemoved
from echo.ids import parse_id
from echo.models import Announcement, CustomEmoji
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import announcements
from echo.text.emojis import is_character

TEXT_CHARACTERS = 10_000
_POSTS_MAX = 20
_NUMBER = re.compile(r"/([0-9]{1,19})(?![0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementDraft:
    """What an announcement shall say; times in UTC.

    Shapes:  starts_at, ends_at: of what it is about; publish_at: when to publish it by itself
    """

    text: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False
    publish_at: datetime | None = None


async def create(by: Staff, draft: AnnouncementDraft, *, publish: bool) -> int:
    """Write an announcement; its id. It stays a draft unless `publish`. Raises Invalid, Forbidden."""
    values = await _values(draft)
    now = clock.now()
    target = Target("announcement", "", draft.text[:80])
    async with acting(by, Deed.ANNOUNCEMENT_CREATE, on=target, details={"published": publish}) as unit:
        made = await Announcement.create(**values, created_at=now, updated_at=now)
        if publish:
            await _publish(unit, made)
    return int(made.id)


async def edit(by: Staff, announcement_id: int, draft: AnnouncementDraft) -> None:
    """Say something else. Raises NotFound, Invalid, Forbidden."""
    values = await _values(draft)
    async with acting(by, Deed.ANNOUNCEMENT_CHANGE, on=await _target(announcement_id)) as unit:
        known = await _locked(announcement_id)
        require_change(known, values)
        known.update_from_dict({**values, "updated_at": clock.now()})
        await known.save()
        if known.published_at is not None:
            unit.emit(AnnouncementChanged(local=True, announcement_id=known.id))


async def publish(by: Staff, announcement_id: int) -> None:
    """Tell everybody. Raises NotFound, Forbidden."""
    target, told = await _target(announcement_id), {"published": True}
    async with acting(by, Deed.ANNOUNCEMENT_CHANGE, on=target, details=told) as unit:
        known = await _locked(announcement_id)
        if known.published_at is not None:
            raise NothingToDo
        await _publish(unit, known)


async def withdraw(by: Staff, announcement_id: int) -> None:
    """Make a draft of it again. Raises NotFound, Forbidden."""
    target, told = await _target(announcement_id), {"published": False}
    async with acting(by, Deed.ANNOUNCEMENT_CHANGE, on=target, details=told) as unit:
        known = await _locked(announcement_id)
        require_change(known, {"published_at": None, "publish_at": None})
        was_published = known.published_at is not None
        known.published_at = known.publish_at = None
        await known.save(update_fields=["published_at", "publish_at"])
        if was_published:
            unit.emit(AnnouncementRemoved(local=True, announcement_id=announcement_id))


async def remove(by: Staff, announcement_id: int) -> None:
    """Delete one with all that is under it. Raises NotFound, Forbidden."""
    async with acting(by, Deed.ANNOUNCEMENT_DELETE, on=await _target(announcement_id)) as unit:
        known = await _locked(announcement_id)
        await known.delete()
        unit.emit(AnnouncementRemoved(local=True, announcement_id=announcement_id))


async def keep_time() -> None:
    """Publish what is to be published by now, and take back what is over."""
    due, over = await announcements.due()
    for announcement_id in due:
        await publish(Staff.house(), announcement_id)
    for announcement_id in over:
        await withdraw(Staff.house(), announcement_id)


async def dismiss(account_id: int, announcement_id: int) -> None:
    """One has read it. Raises NotFound."""
    async with db.unit_of_work():
        await _published(announcement_id)
        await announcements.dismiss(account_id, announcement_id)


async def react(account_id: int, announcement_id: int, name: str) -> None:
    """Put an emoji under an announcement.

    Raises:  NotFound; Invalid for what is no emoji, for one's second of the same, and for the ninth
    """
    async with db.unit_of_work() as unit:
        await _published(announcement_id)
        if not is_character(name) and not await CustomEmoji.exists(shortcode=name):
            raise Invalid("Validation failed: Name is not a recognized emoji")
        names = await announcements.reaction_names(announcement_id)
        if name not in names and len(names) >= announcements.REACTIONS_MAX:
            raise Invalid("Validation failed: Limit of different reactions reached")
        if not await announcements.react(account_id, announcement_id, name):
            raise Invalid("Validation failed: Name has already been taken")
        unit.emit(AnnouncementReacted(local=True, announcement_id=announcement_id, name=name))


async def unreact(account_id: int, announcement_id: int, name: str) -> None:
    """Take an emoji back. Raises NotFound, also when it was not there."""
    async with db.unit_of_work() as unit:
        await _published(announcement_id)
        if not await announcements.unreact(account_id, announcement_id, name):
            raise NotFound
        unit.emit(AnnouncementReacted(local=True, announcement_id=announcement_id, name=name))


async def _publish(unit: UnitOfWork, announcement: Announcement) -> None:
    now = clock.now()
    announcement.published_at = announcement.updated_at = now
    await announcement.save(update_fields=["published_at", "updated_at"])
    await announcements.forget_dismissals(announcement.id)
    unit.emit(AnnouncementChanged(local=True, announcement_id=announcement.id))


async def _target(announcement_id: int) -> Target:
    known = await Announcement.get_or_none(id=announcement_id)
    if known is None:
        raise NotFound(f"There is no announcement {announcement_id}")
    return Target("announcement", announcement_id, known.text[:80])


async def _locked(announcement_id: int) -> Announcement:
    known = await announcements.lock(announcement_id)
    if known is None:
        raise NotFound(f"There is no announcement {announcement_id}")
    return known


async def _published(announcement_id: int) -> None:
    known = await announcements.lock(announcement_id)
    if known is None or known.published_at is None:
        raise NotFound


async def _values(draft: AnnouncementDraft) -> dict[str, Any]:
    text = draft.text.strip()
    if not text:
        raise Invalid("Validation failed: Text can't be blank")
    if len(text) > TEXT_CHARACTERS:
        raise Invalid(f"Validation failed: Text character limit of {TEXT_CHARACTERS} exceeded")
    if draft.starts_at and draft.ends_at and draft.ends_at < draft.starts_at:
        raise Invalid("Validation failed: It ends before it starts")
    composed = await composing.compose(text)
    return {
        "text": text,
        "html": composed.html,
        "mentioned_ids": list(composed.mentioned_ids),
        "hashtags": list(composed.hashtags),
        "emojis": await composing.emojis_in(text),
        "post_ids": await announcements.public_posts(_linked(text)),
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "all_day": draft.all_day,
        "publish_at": draft.publish_at,
    }


def _linked(text: str) -> list[int]:
    """The posts of this server that a text may link to: numbers at the end of addresses of ours."""
    words = [word for word in text.split() if addresses.here().is_ours(word)]
    found = (parse_id(number) for word in words for number in _NUMBER.findall(word))
    return list(dict.fromkeys(number for number in found if number is not None))[:_POSTS_MAX]
