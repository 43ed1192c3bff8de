"""Groups: begun, entered and left, and who leads them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from echo import addresses, clock, db, ids
from echo.actions import chat_copies, chat_wishing, chats
from echo.actions.chat_log import append
from echo.actions.remote_media import only_from_taken
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid, NotFound
from echo.kinds_of_chats import ChatEventKind, ChatKind, ChatRole, MemberState
from echo.models import Account, Chat, ChatMember
from echo.policy.chat import MEMBERS_MAX, NAME_CHARACTERS, Deed, is_above, require
from echo.policy.viewer import Viewer
from echo.store import accounts, chat_leading, chat_log, chat_marks, remote_files
from echo.store import chats as store
from echo.store.chats import Seat

_NO_LINK = "This link leads nowhere any more"


async def create(account_id: int, name: str, invited_ids: Sequence[int] = ()) -> Chat:
    """Begin a group, and invite people to it.

    Raises:  Invalid for a name that is none; as `invite`
    """
    name, chat_id = _tidy(name), ids.new_id()
    async with db.unit_of_work() as unit:
        await store.insert(chat_id, ChatKind.GROUP.value, clock.now())
        chat = await chat_log.hold(chat_id)
        await append(unit, chat, ChatEventKind.JOINED, account_id, {"role": ChatRole.OWNER.value})
        await append(unit, chat, ChatEventKind.RENAMED, account_id, {"name": name})
        for invited_id in dict.fromkeys(invited_ids):
            await _invite(unit, chat, account_id, invited_id)
    return (await store.get(Viewer(account_id), chat_id)).chat


async def invite(account_id: int, chat_id: int, invited_id: int) -> None:
    """Ask somebody into a group; who is in it stays.

    Raises:  NotFound; Forbidden when they do not want to hear of one; Invalid when the group is full
    """
    async with db.unit_of_work() as unit:
        seat = await _lead(account_id, chat_id, Deed.INVITE)
        if seat.chat.local:
            await _invite(unit, seat.chat, account_id, invited_id)
        else:
            await _wish_invited(unit, seat.chat, account_id, invited_id)


async def _wish_invited(unit: UnitOfWork, chat: Chat, account_id: int, invited_id: int) -> None:
    """Ask the server of a group to invite somebody of that server, or of ours."""
    invited = await accounts.find(invited_id)
    if invited is None:
        raise NotFound
    await _require_writer(account_id, invited)
    _require_near(chat_host=urlsplit(chat.uri).netloc, inviter_host="", invited_host=invited.host)
    await chat_wishing.wish(unit, chat, account_id, ChatEventKind.INVITED, subject=invited.uri)


def _require_near(*, chat_host: str, inviter_host: str, invited_host: str) -> None:
    """People of other servers are invited by members of the group's own server, or of theirs: these know whom
    they let write.
    """
    if invited_host not in (chat_host, inviter_host):
        raise Invalid("Validation failed: Members of the group's own server can invite them")


async def _invite(unit: UnitOfWork, chat: Chat, account_id: int, invited_id: int) -> None:
    invited = await accounts.find(invited_id)
    if invited is None:
        raise NotFound
    _require_groups(invited)
    inviter = await accounts.get(account_id)
    if inviter.host:
        _require_near(chat_host="", inviter_host=inviter.host, invited_host=invited.host)
    await _require_writer(account_id, invited)
    member = await store.member_for_worker(chat.id, invited_id)
    if member is not None and member.state in (MemberState.ACTIVE, MemberState.INVITED):
        return
    await _require_room(chat)
    await _give_address(chat, invited)
    await append(unit, chat, ChatEventKind.INVITED, account_id, {"account_id": invited_id})


async def enter(account_id: int, chat_id: int) -> Chat:
    """Say yes to an invitation. Raises NotFound without one, and as `enter_by_link` of a block."""
    async with db.unit_of_work() as unit:
        seat = await _hold(account_id, chat_id)
        if seat.member.state == MemberState.INVITED and not seat.chat.local:
            await chat_wishing.wish(unit, seat.chat, account_id, ChatEventKind.JOINED)
        elif seat.member.state == MemberState.INVITED:
            if await chat_leading.is_estranged(chat_id, account_id):
                raise NotFound
            await append(unit, seat.chat, ChatEventKind.JOINED, account_id)
            await _begin_reading(seat.chat, account_id)
        elif not seat.is_active:
            raise NotFound
    return seat.chat


async def enter_by_link(account_id: int, token: str, *, of: str | None = None) -> Chat:
    """Enter the group that a link leads to.

    Shapes:  of: the address of the group that it must be, for people of other servers
    Raises:  NotFound for a link that is none any more, and where a block stands between them and somebody who
             leads the group, of which nothing is told; Forbidden for who was put out; Invalid when it is full
    """
    async with db.unit_of_work() as unit:
        found = await store.find_by_link(token)
        if found is None or of not in (None, addresses.here().chat(found.id)):
            raise NotFound(_NO_LINK)
        chat = await chat_log.hold(found.id)
        member = await store.member_for_worker(chat.id, account_id)
        if chat.join_token != token:
            raise NotFound(_NO_LINK)
        if member is not None and member.state == MemberState.REMOVED:
            raise Forbidden("You were removed from this chat")
        if member is None or member.state != MemberState.ACTIVE:
            if await chat_leading.is_estranged(chat.id, account_id):
                raise NotFound(_NO_LINK)
            await _require_room(chat)
            account = await accounts.get(account_id)
            _require_groups(account)
            await _give_address(chat, account)
            await append(unit, chat, ChatEventKind.JOINED, account_id)
            await _begin_reading(chat, account_id)
    return chat


async def change_link(account_id: int, chat_id: int, *, has_one: bool) -> str | None:
    """Make a new join link, which ends the one before, or have none. The secret of it."""
    async with db.unit_of_work():
        seat = await _lead(account_id, chat_id, Deed.LINK)
        chat_copies.require_here(seat.chat)
        token = secrets.token_urlsafe(24) if has_one else None
        await Chat.filter(id=seat.chat.id).update(join_token=token)
    return token


async def leave(account_id: int, chat_id: int) -> None:
    """Leave a group, or say no to an invitation; the last owner leaves it to who has been there longest.

    A chat between two leaves one's own list until something comes.
    """
    async with db.unit_of_work() as unit:
        seat = await _hold(account_id, chat_id)
        if seat.chat.kind == ChatKind.DIRECT:
            await chat_marks.hide(chat_id, account_id)
        elif not seat.chat.local:
            await chat_wishing.wish(unit, seat.chat, account_id, ChatEventKind.LEFT)
        elif seat.member.state in (MemberState.ACTIVE, MemberState.INVITED):
            await take_out(unit, seat.chat, seat.member)


async def take_out(unit: UnitOfWork, chat: Chat, member: ChatMember) -> None:
    """Let a member go. The chat is held."""
    if member.role == ChatRole.OWNER:
        others = [other for other in await store.members(chat.id) if other.account_id != member.account_id]
        if others and not any(other.role == ChatRole.OWNER for other in others):
            heir = next((other for other in others if other.role == ChatRole.ADMIN), others[0])
            body = {"account_id": heir.account_id, "role": ChatRole.OWNER.value}
            await append(unit, chat, ChatEventKind.ROLE, member.account_id, body)
    await append(unit, chat, ChatEventKind.LEFT, member.account_id)


async def remove(account_id: int, chat_id: int, member_id: int) -> None:
    """Put somebody of a lower role out of a group, or take an invitation back.

    Raises:  NotFound; Forbidden
    """
    async with db.unit_of_work() as unit:
        seat = await _lead(account_id, chat_id, Deed.REMOVE)
        member = await _member(chat_id, member_id, MemberState.ACTIVE, MemberState.INVITED)
        if not is_above(seat.member.role, member.role):
            raise Forbidden("Your role in this chat does not allow that")
        if not seat.chat.local:
            uri = (await accounts.get(member_id)).uri
            await chat_wishing.wish(unit, seat.chat, account_id, ChatEventKind.REMOVED, subject=uri)
            return
        await append(unit, seat.chat, ChatEventKind.REMOVED, account_id, {"account_id": member_id})


async def appoint(account_id: int, chat_id: int, member_id: int, role: ChatRole) -> None:
    """Give a member another role. An owner who steps down needs another one.

    Raises:  NotFound; Forbidden; Invalid
    """
    async with db.unit_of_work() as unit:
        seat = await _lead(account_id, chat_id, Deed.APPOINT)
        member = await _member(chat_id, member_id, MemberState.ACTIVE)
        if member.role == role:
            return
        owners = [other for other in await store.members(chat_id) if other.role == ChatRole.OWNER]
        if member.role == ChatRole.OWNER and len(owners) == 1:
            raise Invalid("Validation failed: A chat needs an owner")
        if not seat.chat.local:
            uri = (await accounts.get(member_id)).uri
            place = (unit, seat.chat, account_id, ChatEventKind.ROLE)
            await chat_wishing.wish(*place, subject=uri, role=role.value)
            return
        body = {"account_id": member_id, "role": role.value}
        await append(unit, seat.chat, ChatEventKind.ROLE, account_id, body)


async def rename(account_id: int, chat_id: int, name: str) -> Chat:
    """Give a group another name."""
    name = _tidy(name)
    async with db.unit_of_work() as unit:
        seat = await _lead(account_id, chat_id, Deed.CHANGE)
        if seat.chat.name != name and not seat.chat.local:
            await chat_wishing.wish(unit, seat.chat, account_id, ChatEventKind.RENAMED, name=name)
        elif seat.chat.name != name:
            await append(unit, seat.chat, ChatEventKind.RENAMED, account_id, {"name": name})
    return (await store.get(Viewer(account_id), chat_id)).chat


async def picture(account_id: int, chat_id: int, key: str) -> Chat:
    """Give a group another picture; the one before stays in the store, for those who show it still.

    Shapes:  key: in the media store, of `echo.actions.uploads.store_portrait`, or the address of one that
             somebody elsewhere chose; empty: none
    """
    if "://" in key:
        await only_from_taken(await accounts.get(account_id))
    async with db.unit_of_work() as unit:
        seat = await _lead(account_id, chat_id, Deed.CHANGE)
        if not seat.chat.local:
            icon = addresses.here().file(key) if key else ""
            if seat.chat.avatar != icon:
                await chat_wishing.wish(unit, seat.chat, account_id, ChatEventKind.AVATAR, icon=icon)
        elif seat.chat.avatar != key:
            await remote_files.know([key])
            await append(unit, seat.chat, ChatEventKind.AVATAR, account_id, {"avatar": key})
    return (await store.get(Viewer(account_id), chat_id)).chat


async def _hold(account_id: int, chat_id: int) -> Seat:
    await store.get(Viewer(account_id), chat_id)
    return await store.seat_in(Viewer(account_id), await chat_log.hold(chat_id))


async def _lead(account_id: int, chat_id: int, deed: Deed) -> Seat:
    """The place of a member of a group who may do that, with the chat held. Raises NotFound, Forbidden."""
    seat = await _hold(account_id, chat_id)
    if seat.chat.kind != ChatKind.GROUP:
        raise Invalid("Validation failed: This chat is between two")
    if not seat.is_active:
        raise Forbidden("You are not a member of this chat")
    require(seat.member.role, deed)
    return seat


async def _member(chat_id: int, account_id: int, *states: MemberState) -> ChatMember:
    member = await store.member_for_worker(chat_id, account_id)
    if member is None or member.state not in states:
        raise NotFound
    return member


async def _require_writer(account_id: int, invited: Account) -> None:
    """Who may write to somebody may invite them. Raises Forbidden."""
    await chats.require_writer(account_id, invited, await store.find_direct(account_id, invited.id))


def _require_groups(account: Account) -> None:
    if account.domain and not account.accepts_groups:
        raise Invalid(f"Validation failed: The server of @{account.username} has no group chats")


async def _give_address(chat: Chat, account: Account) -> None:
    """Before somebody of another server is in it."""
    if account.domain and not chat.uri:
        chat.uri = addresses.here().chat(chat.id)
        await Chat.filter(id=chat.id).update(uri=chat.uri)


async def _require_room(chat: Chat) -> None:
    there = await store.members(chat.id, states=(MemberState.ACTIVE, MemberState.INVITED))
    if len(there) >= MEMBERS_MAX:
        raise Invalid(f"Validation failed: A chat has at most {MEMBERS_MAX} members")


async def _begin_reading(chat: Chat, account_id: int) -> None:
    """Nothing of before is unread for who comes now."""
    await chat_marks.rise(chat.id, account_id, chat.last_seq, is_read=True)


def _tidy(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARACTERS:
        raise Invalid(f"Validation failed: Name must have 1 to {NAME_CHARACTERS} characters")
    return name
