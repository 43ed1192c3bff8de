"""Chats: lists of them, one of them, and what one wants of it. Messages are in `chat_messages`, members in
`chat_members`.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from quart import Blueprint, Response, request

from echo import addresses, settings
from echo.actions import chat_groups, chat_joining, chat_marks, chat_wishing, uploads
from echo.actions import chats as actions
from echo.api.media import OVERHEAD_BYTES
from echo.errors import Invalid
from echo.http.access import account_id, needs
from echo.http.exact import ExactParams, exact_params
from echo.http.families import count_for_account, count_search
from echo.http.forms import read_form
from echo.http.paging import link_header
from echo.http.reading import own_origin, query_pairs, read_id
from echo.http.replies import empty, entity
from echo.kinds_of_chats import ChatKind, ChatRequest, ChatWriters, MemberState
from echo.models import Chat
from echo.policy.viewer import Viewer
from echo.render import account, chat, chat_message
from echo.store import chat_reads, chat_wishes, chats

blueprint = Blueprint("chats", __name__)
BASE = "/api/v1/echo/chats"
PAGE, PAGE_MAX = 40, 100
_CHOICES = ("ask_first", "share_read", "share_typing", "share_presence", "share_last_seen", "invisible")


@blueprint.get(BASE)
@needs("read:chats")
async def index() -> Response:
    """One's chats, the one that was written in last first; with `requests` those of strangers who wait."""
    given = await exact_params()
    limit = limit_of(given)
    kind = given.text("kind", "")
    if kind and kind not in list(ChatKind):
        raise Invalid("Validation failed: Kind is not included in the list")
    is_asked = given.boolean("requests", default=False)
    rows = await chat_reads.page(
        account_id(),
        request=ChatRequest.WAITING if is_asked else ChatRequest.NONE,
        kind=kind,
        before_id=given.id("max_id"),
        limit=limit,
    )
    shown = entity(await chat.many(account_id(), rows))
    if len(rows) == limit:
        url = own_origin() + request.path
        link = link_header(url, query_pairs(), next_page={"max_id": str(rows[-1]["id"])})
        shown.headers["Link"] = link or ""
    return shown


@blueprint.post(BASE)
@needs("write:chats")
async def create() -> Response:
    """Open the chat with `account_id`, or begin a group with a `name`."""
    given = await exact_params()
    name, other = given.text("name"), given.id("account_id")
    if (name is None) == (other is None):
        raise Invalid("Validation failed: Either `account_id` or `name`")
    if other is not None:
        return await answer(await actions.open_direct(account_id(), other))
    await count_for_account("follows")
    return await answer(await chat_groups.create(account_id(), name or "", given.ids("account_ids")))


@blueprint.get(f"{BASE}/friends")
@needs("read:chats")
async def friends() -> Response:
    """Mutual friends here with whom one has no chat yet, who was here last first."""
    found = await chat_reads.friends(account_id(), limit_of(await exact_params()))
    return entity([msgspec.Raw(one) for one in await account.many(found)])


@blueprint.get(f"{BASE}/preferences")
@needs("read:chats")
async def show_preferences() -> Response:
    """Who may write to one, and what one lets others know."""
    return entity(chat.preferences(await chats.preference(account_id())))


@blueprint.patch(f"{BASE}/preferences")
@needs("write:chats")
async def change_preferences() -> Response:
    """Change some of that."""
    given = await exact_params()
    writers = given.text("who_may_write")
    if writers is not None and writers not in list(ChatWriters):
        raise Invalid("Validation failed: Who may write is not included in the list")
    choices = {name: value for name in _CHOICES if (value := given.boolean(name)) is not None}
    wanted = None if writers is None else ChatWriters(writers)
    return entity(chat.preferences(await chat_marks.prefer(account_id(), who_may_write=wanted, **choices)))


@blueprint.post(f"{BASE}/join")
@needs("write:chats")
async def join() -> Response:
    """Enter the group to which a join link leads: `token`, or the whole link; that of another server too.

    Then that server is asked: what becomes of it is said live, and is among those of `joining` meanwhile.
    """
    token = (await exact_params()).require_text("token").strip()
    if "/" in token:
        start = addresses.here().chat_link("")
        if not token.startswith(start):
            return await _join_elsewhere(token)
        token = token.removeprefix(start)
    return await answer(await chat_groups.enter_by_link(account_id(), token))


async def _join_elsewhere(link: str) -> Response:
    await count_search(asks_elsewhere=True)
    chat, wish_id = await chat_joining.ask(account_id(), link)
    if chat is not None:
        return await answer(chat)
    row = await chat_wishes.find(account_id(), wish_id)
    return entity(chat_message.waiting([row] if row else [])[0], status=202)


@blueprint.get(f"{BASE}/joining")
@needs("read:chats")
async def joining() -> Response:
    """Groups of other servers that one has asked to enter and is not in: under way, or refused and why."""
    return entity(chat_message.waiting(await chat_wishes.joining(account_id())))


@blueprint.delete(f"{BASE}/joining/<wish_id>")
@needs("write:chats")
async def put_joining_away(wish_id: str) -> Response:
    """Do not show it any more."""
    await chat_wishing.put_away(account_id(), read_id(wish_id))
    return empty()


@blueprint.get(f"{BASE}/<chat_id>")
@needs("read:chats")
async def show(chat_id: str) -> Response:
    """One chat."""
    return await answer((await seat(chat_id)).chat)


@blueprint.patch(f"{BASE}/<chat_id>")
@needs("write:chats")
async def change(chat_id: str) -> Response:
    """Give a group another `name` or `avatar`; an empty one takes it away."""
    found = (await seat(chat_id)).chat
    most_bytes = settings.here().media.image_limit_bytes + OVERHEAD_BYTES
    with await read_form(request, max_bytes=most_bytes) as form:
        given = ExactParams(form.params.values)
        name = given.text("name")
        picture = form.files["avatar"].read() if "avatar" in form.files else None
        is_cleared = picture is None and given.text("avatar") == ""
    if name is not None:
        await chat_groups.rename(account_id(), found.id, name)
    if picture is not None:
        key = await uploads.store_portrait(picture, uploads.AVATAR_PIXELS)
        await chat_groups.picture(account_id(), found.id, key)
    elif is_cleared:
        await chat_groups.picture(account_id(), found.id, "")
    return await answer(found)


@blueprint.post(f"{BASE}/<chat_id>/accept")
@needs("write:chats")
async def accept(chat_id: str) -> Response:
    """Say yes: to an invitation to a group, or to a stranger who wrote."""
    found = await seat(chat_id)
    if found.chat.kind == ChatKind.GROUP:
        await chat_groups.enter(account_id(), found.chat.id)
    else:
        await chat_marks.answer_request(account_id(), found.chat.id, is_wanted=True)
    return await answer(found.chat)


@blueprint.post(f"{BASE}/<chat_id>/refuse")
@needs("write:chats")
async def refuse(chat_id: str) -> Response:
    """Say no. A stranger is not told, and cannot write any more."""
    found = await seat(chat_id)
    if found.member.state == MemberState.INVITED:
        await chat_groups.leave(account_id(), found.chat.id)
    else:
        await chat_marks.answer_request(account_id(), found.chat.id, is_wanted=False)
    return entity({})


@blueprint.post(f"{BASE}/<chat_id>/leave")
@needs("write:chats")
async def leave(chat_id: str) -> Response:
    """Leave a group; what was said until then stays readable. A chat between two goes off the list."""
    await chat_groups.leave(account_id(), read_id(chat_id))
    return entity({})


@blueprint.post(f"{BASE}/<chat_id>/mute")
@needs("write:chats")
async def mute(chat_id: str) -> Response:
    """Be quiet about it, for `duration` seconds or for good."""
    seconds = (await exact_params()).integer("duration", 0, minimum=0, maximum=10**9)
    found = (await seat(chat_id)).chat
    await chat_marks.mute(account_id(), found.id, timedelta(seconds=seconds) if seconds else None)
    return await answer(found)


@blueprint.post(f"{BASE}/<chat_id>/unmute")
@needs("write:chats")
async def unmute(chat_id: str) -> Response:
    """Tell of it again."""
    found = (await seat(chat_id)).chat
    await chat_marks.unmute(account_id(), found.id)
    return await answer(found)


@blueprint.post(f"{BASE}/<chat_id>/read")
@needs("write:chats")
async def read(chat_id: str) -> Response:
    """One has read it up to `seq`, or all of it. Never goes back."""
    found = await seat(chat_id)
    seq = (await exact_params()).integer("seq", found.last_seq, minimum=0, maximum=found.last_seq)
    await chat_marks.read(account_id(), found.chat.id, seq)
    return await answer(found.chat)


@blueprint.post(f"{BASE}/<chat_id>/delivered")
@needs("write:chats")
async def delivered(chat_id: str) -> Response:
    """An app has got it up to `seq`, or all of it."""
    found = await seat(chat_id)
    seq = (await exact_params()).integer("seq", found.last_seq, minimum=0, maximum=found.last_seq)
    await chat_marks.delivered(account_id(), found.chat.id, seq)
    return await answer(found.chat)


async def seat(chat_id: str) -> chats.Seat:
    """The place of the caller in the chat of a path. Raises NotFound."""
    return await chats.get(Viewer(account_id()), read_id(chat_id))


async def answer(found: Chat) -> Response:
    """A chat, as the caller sees it."""
    return entity(await chat.one(account_id(), found.id))


def limit_of(given: ExactParams) -> int:
    """How many are asked for, as far as that many are given at once."""
    return min(given.integer("limit", PAGE, minimum=1), PAGE_MAX)
