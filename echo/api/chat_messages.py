"""Messages of chats, and the log that they stand in."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import chat_comparing, chat_marks, chat_wishing
from echo.actions import chat_messages as actions
from echo.actions.chat_messages import MessageDraft
from echo.api.chats import BASE, limit_of, seat
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, needs
from echo.http.exact import exact_params
from echo.http.families import count_for_account
from echo.http.reading import read_id
from echo.http.replies import empty, entity
from echo.policy.viewer import Viewer
from echo.render import chat, chat_message
from echo.store import chat_reads, chat_wishes, chats, search_messages
from echo.text.search_query import typed

blueprint = Blueprint("chat_messages", __name__)
PATH = f"{BASE}/<chat_id>"
KEY_CHARACTERS = 255
MESSAGE = f"{PATH}/messages/<seq>"


@blueprint.get(f"{PATH}/messages")
@needs("read:chats")
async def index(chat_id: str) -> Response:
    """Messages in order: right above `after`, right below `before`, or the newest."""
    found, given = await seat(chat_id), await exact_params()
    await chat_comparing.look(found.chat)
    rows = await chat_reads.messages(
        found, before=given.id("before"), after=given.id("after"), limit=limit_of(given)
    )
    return entity(await chat_message.many(account_id(), rows))


@blueprint.post(f"{PATH}/messages")
@needs("write:chats")
async def send(chat_id: str) -> Response:
    """Say something: `text`, `media_ids`, `reply_to_seq`. With an Idempotency-Key it is said once."""
    await count_for_account("posts")
    given = await exact_params()
    draft = MessageDraft(
        text=given.text("text", ""),
        media_ids=given.ids("media_ids"),
        reply_to_seq=given.id("reply_to_seq"),
        key=read_key(given.text("idempotency_key", "")),
    )
    sent = await actions.send(account_id(), read_id(chat_id), draft)
    if not sent.seq:  # the server of the group gives it its place, or not
        return entity(await chat_message.not_placed(sent, draft.key), status=202)
    return await _shown(sent.chat_id, sent.seq)


@blueprint.get(MESSAGE)
@needs("read:chats")
async def show(chat_id: str, seq: str) -> Response:
    """One message."""
    await chats.message(Viewer(account_id()), read_id(chat_id), read_id(seq))
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.patch(MESSAGE)
@needs("write:chats")
async def edit(chat_id: str, seq: str) -> Response:
    """Say it differently: `text`."""
    given = await exact_params()
    await actions.edit(account_id(), read_id(chat_id), read_id(seq), given.text("text", ""))
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.delete(MESSAGE)
@needs("write:chats")
async def delete(chat_id: str, seq: str) -> Response:
    """Take it back, for everybody."""
    await count_for_account("deletes")
    await actions.delete(account_id(), read_id(chat_id), read_id(seq))
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.post(f"{MESSAGE}/hide")
@needs("write:chats")
async def hide(chat_id: str, seq: str) -> Response:
    """Delete it for oneself alone."""
    await count_for_account("deletes")
    await chat_marks.hide_message(account_id(), read_id(chat_id), read_id(seq))
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.put(f"{MESSAGE}/reactions/<emoji>")
@needs("write:chats")
async def react(chat_id: str, seq: str, emoji: str) -> Response:
    """Put an emoji under it."""
    await actions.react(account_id(), read_id(chat_id), read_id(seq), emoji, is_there=True)
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.delete(f"{MESSAGE}/reactions/<emoji>")
@needs("write:chats")
async def unreact(chat_id: str, seq: str, emoji: str) -> Response:
    """Take it back."""
    await actions.react(account_id(), read_id(chat_id), read_id(seq), emoji, is_there=False)
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.post(f"{MESSAGE}/pin")
@needs("write:chats")
async def pin(chat_id: str, seq: str) -> Response:
    """Put it on top of the chat."""
    await actions.pin(account_id(), read_id(chat_id), read_id(seq), is_pinned=True)
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.post(f"{MESSAGE}/unpin")
@needs("write:chats")
async def unpin(chat_id: str, seq: str) -> Response:
    """Take it down."""
    await actions.pin(account_id(), read_id(chat_id), read_id(seq), is_pinned=False)
    return await _shown(read_id(chat_id), read_id(seq))


@blueprint.get(f"{MESSAGE}/receipts")
@needs("read:chats")
async def receipts(chat_id: str, seq: str) -> Response:
    """Who has got and read a message of one's own."""
    found, message = await chats.message(Viewer(account_id()), read_id(chat_id), read_id(seq))
    if message.author_id != account_id():
        raise NotFound
    return entity(await chat.receipts(found, message.seq, message.author_id))


@blueprint.get(f"{PATH}/waiting")
@needs("read:chats")
async def waiting(chat_id: str) -> Response:
    """What one said to a group of another server that has no place there yet, or was refused."""
    found = await seat(chat_id)
    return entity(chat_message.waiting(await chat_wishes.waiting(account_id(), found.chat.id)))


@blueprint.delete(f"{PATH}/waiting/<wish_id>")
@needs("write:chats")
async def put_away(chat_id: str, wish_id: str) -> Response:
    """Do not show it any more."""
    await seat(chat_id)
    await chat_wishing.put_away(account_id(), read_id(wish_id))
    return empty()


@blueprint.get(f"{PATH}/pins")
@needs("read:chats")
async def pins(chat_id: str) -> Response:
    """What is on top of the chat."""
    return entity(await chat_message.many(account_id(), await chat_reads.pinned(await seat(chat_id))))


@blueprint.get(f"{PATH}/events")
@needs("read:chats")
async def events(chat_id: str) -> Response:
    """The log after `after`, from the beginning without; things are as they are today."""
    found, given = await seat(chat_id), await exact_params()
    await chat_comparing.look(found.chat)
    rows = await chat_reads.events(found, given.id("after") or 0, limit_of(given))
    return entity(await chat.events(account_id(), rows))


@blueprint.get(f"{PATH}/marks")
@needs("read:chats")
async def marks(chat_id: str) -> Response:
    """How far members got and have read it, as far as they tell."""
    found = await seat(chat_id)
    return entity(await chat.marks(found.chat.id) if found.is_active else [])


@blueprint.get(f"{BASE}/search")
@needs("read:chats")
async def search() -> Response:
    """Messages with the words that `q` has or begins, newest first, in one's chats or in `chat_id`."""
    given = await exact_params()
    found = await search_messages.find(
        account_id(),
        typed(given.require_text("q")),
        chat_id=given.id("chat_id"),
        below_id=given.id("max_id"),
        limit=limit_of(given),
    )
    rows = await chat_reads.messages_by_id(account_id(), found)
    return entity(await chat_message.many(account_id(), rows))


def read_key(said: str = "") -> str:
    """The key under which something is said once: of the header, else what was said.

    Raises:  Invalid for one that is too long: cut, it could be that of something else
    """
    key = request.headers.get("Idempotency-Key") or said
    if len(key) > KEY_CHARACTERS:
        raise Invalid(f"Validation failed: Key is too long (maximum is {KEY_CHARACTERS} characters)")
    return key


async def _shown(chat_id: int, seq: int) -> Response:
    rows = await chat_reads.messages_at(account_id(), chat_id, [seq])
    return entity((await chat_message.many(account_id(), rows))[0])
