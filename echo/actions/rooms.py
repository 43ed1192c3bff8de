"""Live rooms: opened, changed, recorded, ended. Who comes and goes is in `echo.actions.room_members`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from echo import clock, db, ids, settings
from echo.db import UnitOfWork
from echo.errors import Gone, Invalid, NotFound
from echo.events import RoomChanged, RoomEnded, RoomShown
from echo.kinds import Consent, RoomAccess
from echo.models import Room, RoomMember
from echo.policy import rooms as policy
from echo.policy.viewer import Viewer
from echo.ports import MESH, room_engines
from echo.store import chats, posts, room_seats, rooms
from echo.text import length


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomDraft:
    """What a room shall be; None keeps what is there, or takes the default.

    Shapes:  engine, chat_id: on new rooms only; post_id: of a post of the host that shows the room; 0 takes
    it away
    """

    title: str | None = None
    access: str | None = None
    engine: str | None = None
    video: bool | None = None
    stage: bool | None = None
    maximum: int | None = None
    chat_id: int | None = None
    post_id: int | None = None


async def create(host_id: int, draft: RoomDraft) -> int:
    """Open a room; its id. Nobody is in it yet.

    Raises:  Invalid without a title, with an engine that is not here or too many people for it, or with too
             many rooms open; NotFound for a post that is not the host's
    """
    access = _access(draft.access or (RoomAccess.CHAT if draft.chat_id else RoomAccess.FOLLOWERS))
    title = _title(draft.title or "")
    engine = _engine(draft.engine or settings.here().rooms.engine)
    video = True if draft.video is None else draft.video
    async with db.unit_of_work() as unit:
        # Two that are opened at once are counted one after the other.
        await db.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", host_id)
        if await rooms.open_count(host_id) >= policy.OPEN_MAX:
            raise Invalid(f"Validation failed: You have {policy.OPEN_MAX} open rooms already")
        if access == RoomAccess.CHAT:
            await _require_chat(host_id, draft.chat_id)
        made = await Room.create(
            id=ids.new_id(),
            host_id=host_id,
            title=title,
            engine=engine,
            access=access,
            chat_id=draft.chat_id,
            link_secret=secrets.token_urlsafe(16),
            video=video,
            stage=bool(draft.stage),
            maximum=_maximum(draft.maximum, engine, video=video),
            created_at=clock.now(),
        )
        if draft.post_id:
            await _show_on(unit, made, draft.post_id)
    return int(made.id)


async def change(host_id: int, room_id: int, draft: RoomDraft) -> None:
    """Change an open room of one's own. Who is in it stays in it, even when fewer fit from now on.

    Raises:  NotFound, Forbidden for others, Gone when it is over, Invalid
    """
    async with db.unit_of_work() as unit:
        room = await lock_hosted(host_id, room_id)
        before = _rules(room)
        if draft.engine not in (None, room.engine) or draft.chat_id not in (None, room.chat_id):
            raise Invalid("Validation failed: Engine and chat cannot be changed")
        if draft.title is not None:
            room.title = _title(draft.title)
        if draft.access is not None:
            room.access = _access(draft.access)
            if room.access == RoomAccess.CHAT:
                await _require_chat(host_id, room.chat_id)
        if draft.stage is not None:
            room.stage = draft.stage
        if draft.video is not None:
            room.video = draft.video
        room.maximum = _maximum(draft.maximum or room.maximum, room.engine, video=room.video)
        if draft.post_id is not None:
            await _show_on(unit, room, draft.post_id)
        if _rules(room) == before:
            return
        await room.save()
        await announce(unit, room)
        await _show(unit, room.post_id)


async def ask_to_record(host_id: int, room_id: int, *, asked: bool) -> None:
    """Ask all who are in a room of one's own, and all who come, whether they may be recorded; or take that
    back. Answers to an earlier question count no more.

    Raises:  NotFound, Forbidden for others, Gone when it is over
    """
    async with db.unit_of_work() as unit:
        room = await lock_hosted(host_id, room_id)
        room.recording_asked_at = clock.now() if asked else None
        await room.save(update_fields=["recording_asked_at"])
        await RoomMember.filter(room_id=room.id).update(consent=Consent.NOT_YET.value)
        await announce(unit, room)


async def end(host_id: int, room_id: int) -> None:
    """End a room of one's own; one that is over stays over. Raises NotFound, Forbidden for others."""
    async with db.unit_of_work() as unit:
        await rooms.get(Viewer(host_id), room_id)
        room = await rooms.lock(room_id)
        policy.require_host(host_id, room.host_id)
        await finish(unit, room)


async def finish(unit: UnitOfWork, room: Room) -> None:
    """A locked room is over, in the unit of work of whoever ends it: everybody leaves."""
    if room.ended_at is not None:
        return
    present = await rooms.present_ids(room.id)
    room.ended_at = clock.now()
    room.recording_asked_at = None
    await room.save(update_fields=["ended_at", "recording_asked_at"])
    await RoomMember.filter(room_id=room.id, left_at=None).update(left_at=room.ended_at)
    unit.emit(RoomChanged(local=True, room_id=room.id, account_ids=tuple(present)))
    if room.engine != MESH:
        unit.emit(RoomEnded(local=True, room_id=room.id))
    await _show(unit, room.post_id)
    await room_seats.give_up(room.id, present)


async def announce(unit: UnitOfWork, room: Room, *also: int) -> None:
    """Tell those who are in a room, and some more, that it is another."""
    told = {*await rooms.present_ids(room.id), *also}
    unit.emit(RoomChanged(local=True, room_id=room.id, account_ids=tuple(sorted(told))))


async def lock_hosted(host_id: int, room_id: int) -> Room:
    """An open room of one's own, locked. Raises NotFound, Forbidden for others, Gone when it is over."""
    await rooms.get(Viewer(host_id), room_id)
    room = await rooms.lock(room_id)
    policy.require_host(host_id, room.host_id)
    require_open(room)
    return room


def require_open(room: Room) -> None:
    """Raises:  Gone when a room is over"""
    if room.ended_at is not None:
        raise Gone("The room is over")


async def _show_on(unit: UnitOfWork, room: Room, post_id: int) -> None:
    """Let a post of the host show the room, instead of the one that did. Raises NotFound."""
    before, room.post_id = room.post_id, None
    if post_id:
        post = await posts.get(Viewer(room.host_id), post_id)
        if post.author_id != room.host_id or post.boost_of_id is not None:
            raise NotFound
        room.post_id = post.id
    await room.save(update_fields=["post_id"])
    if before != room.post_id:
        await _show(unit, before)
        await _show(unit, room.post_id)


async def _show(unit: UnitOfWork, post_id: int | None) -> None:
    if post_id is not None:
        await rooms.touch_post(post_id)
        unit.emit(RoomShown(local=True, post_id=post_id))


def _rules(room: Room) -> tuple[object, ...]:
    """All of a room that its host may change."""
    return room.title, room.access, room.stage, room.video, room.maximum, room.post_id


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise Invalid("Validation failed: Title can't be blank")
    if length.graphemes(title) > policy.TITLE_CHARACTERS or len(title) > policy.TITLE_CODE_POINTS:
        raise Invalid(
            f"Validation failed: Title is too long (maximum is {policy.TITLE_CHARACTERS} characters)"
        )
    return title


async def _require_chat(host_id: int, chat_id: int | None) -> None:
    """Raises:  Invalid without a chat; NotFound for one that the host is not in"""
    if chat_id is None:
        raise Invalid("Validation failed: Chat can't be blank")
    if not (await chats.get(Viewer(host_id), chat_id)).is_active:
        raise NotFound


def _access(word: str) -> str:
    if word not in set(RoomAccess):
        raise Invalid("Validation failed: Access is not included in the list")
    return word


def _engine(name: str) -> str:
    if name not in room_engines():
        raise Invalid("Validation failed: Engine is not included in the list")
    return name


def _maximum(wanted: int | None, engine: str, *, video: bool) -> int:
    most = policy.most_of(engine, video=video, largest=settings.here().rooms.most_people)
    if wanted is None:
        return most
    if not 2 <= wanted <= most:
        raise Invalid(f"Validation failed: Maximum must be from 2 to {most}")
    return wanted
