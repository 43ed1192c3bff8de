"""Members of chats: who is there, how they came in, and who leads a group."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import addresses
from echo.actions import chat_groups
from echo.api.chats import BASE, seat
from echo.errors import Invalid
from echo.http.access import account_id, needs
from echo.http.exact import exact_params
from echo.http.families import count_for_account
from echo.http.reading import read_id
from echo.http.replies import entity
from echo.kinds_of_chats import ChatRole, MemberState
from echo.render import chat
from echo.store import chats

blueprint = Blueprint("chat_members", __name__)
PATH = f"{BASE}/<chat_id>"


@blueprint.get(f"{PATH}/members")
@needs("read:chats")
async def index(chat_id: str) -> Response:
    """Members, and those who are invited, who came first first. Who has left is told nothing."""
    found = await seat(chat_id)
    if not found.is_active and found.member.state != MemberState.INVITED:
        return entity([])
    rows = await chats.members(found.chat.id, states=(MemberState.ACTIVE, MemberState.INVITED))
    return entity(await chat.members(rows))


@blueprint.post(f"{PATH}/members")
@needs("write:chats")
async def invite(chat_id: str) -> Response:
    """Invite `account_id` to a group."""
    await count_for_account("follows")
    number = (await seat(chat_id)).chat.id
    invited = (await exact_params()).require_id("account_id")
    await chat_groups.invite(account_id(), number, invited)
    return await index(chat_id)


@blueprint.patch(f"{PATH}/members/<member_id>")
@needs("write:chats")
async def appoint(chat_id: str, member_id: str) -> Response:
    """Give a member another `role`."""
    number, member = (await seat(chat_id)).chat.id, read_id(member_id)
    role = (await exact_params()).require_text("role")
    if role not in list(ChatRole):
        raise Invalid("Validation failed: Role is not included in the list")
    await chat_groups.appoint(account_id(), number, member, ChatRole(role))
    return await index(chat_id)


@blueprint.delete(f"{PATH}/members/<member_id>")
@needs("write:chats")
async def remove(chat_id: str, member_id: str) -> Response:
    """Put somebody out of a group, or take an invitation back."""
    await chat_groups.remove(account_id(), read_id(chat_id), read_id(member_id))
    return await index(chat_id)


@blueprint.post(f"{PATH}/link")
@needs("write:chats")
async def make_link(chat_id: str) -> Response:
    """Make a new join link; the one before leads nowhere any more."""
    token = await chat_groups.change_link(account_id(), read_id(chat_id), has_one=True)
    return entity({"token": token, "url": addresses.here().chat_link(token or "")})


@blueprint.delete(f"{PATH}/link")
@needs("write:chats")
async def end_link(chat_id: str) -> Response:
    """Have no join link."""
    await chat_groups.change_link(account_id(), read_id(chat_id), has_one=False)
    return entity({})
