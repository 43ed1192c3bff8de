"""What members say in a chat, and do with what was said. In a chat between two all this is done to posts, and
`echo.actions.chats` writes it into the log; a group has the log alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from echo import addresses, db, ids
from echo.actions import (
    attaching,
    chat_wishing,
    chats,
    composing,
    discarding,
    editing,
    holding,
    judging,
    posts,
    reactions,
    rewriting,
)
from echo.actions.chat_log import append
from echo.actions.composing import Composed
from echo.actions.drafts import EditDraft, RemoteMedia
from echo.actions.posting import NewPost
from echo.actions.remote_media import store_remote_media
from echo.errors import Disallowed, Forbidden, Invalid, NotFound
from echo.kinds import Visibility
from echo.kinds_of_chats import ChatEventKind, ChatKind, ChatWay
from echo.models import Account, Chat, ChatMessage, CustomEmoji, Media
from echo.policy.chat import Deed, may, require
from echo.policy.pipeline.verdicts import Action
from echo.policy.viewer import Viewer
from echo.store import accounts, chat_log, chat_marks
from echo.store import chats as store
from echo.store import posts as post_store
from echo.store.chats import Seat
from echo.text.emojis import is_character

REACTIONS_MAX = 20
PINS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """What somebody says. `key`: the same again says it once, for ever; `files`: of people elsewhere."""

    text: str = ""
    media_ids: Sequence[int] = ()
    reply_to_seq: int | None = None
    key: str = ""
    files: Sequence[RemoteMedia] = ()


async def send(author_id: int, chat_id: int, draft: MessageDraft, *, is_judged: bool = False) -> ChatMessage:
    """Say something in a chat.

    Shapes:  is_judged: a moderator has let it through
    Returns: the message; of several, because files go on one by one there, the first; with `seq` 0 where it
             has no place yet: a policy holds it back, or another server gives it one (`id` is the wish then)
    Raises:  NotFound; Forbidden when one is no member any more, or the other does not want it; Invalid,
             Disallowed for what a policy rejects
    """
    # Before people who are named are looked for elsewhere: a stranger to the chat makes us ask nobody.
    await store.get(Viewer(author_id), chat_id)
    text, _ = composing.tidy(draft.text, "", has_more=bool(draft.media_ids or draft.files))
    composed = await composing.compose(text)
    if not is_judged:
        verdict = await judging.judge_message(author_id, composed, draft.media_ids)
        if rewriting.drops_files(verdict, text, (*draft.media_ids, *draft.files)):
            draft = replace(draft, media_ids=(), files=())
        if verdict.action == Action.HOLD:
            await holding.keep_message(author_id, chat_id, draft, verdict, text)
            return ChatMessage(id=0, chat_id=chat_id, seq=0, author_id=author_id, text=text)
    async with db.unit_of_work():
        seat = await _sit(author_id, chat_id)
        known = await chat_log.find_by_key(chat_id, author_id, draft.key)
        if known is not None:
            return await _message(chat_id, known.seq)
        if draft.reply_to_seq is not None:
            await store.message(Viewer(author_id), chat_id, draft.reply_to_seq)
        if seat.chat.kind == ChatKind.GROUP:
            return await _send_to_group(seat.chat, author_id, draft, text, composed)
        return await _send_to_other(seat.chat, author_id, draft, text, composed)


async def _send_to_other(
    chat: Chat, author_id: int, draft: MessageDraft, text: str, composed: Composed
) -> ChatMessage:
    author, other = await accounts.get(author_id), await store.other_of(chat.id, author_id)
    media = await attaching.choose(author_id, draft.media_ids)
    parent = None
    if draft.reply_to_seq is not None:
        answered = await store.message_for_worker(chat.id, draft.reply_to_seq)
        assert answered is not None, "looked up above"
        if answered.post_id is not None:
            parent = await post_store.get_unscoped_for_worker(answered.post_id)
    takes_one = bool(other.domain) and (await store.ways([other.id]))[other.id] == ChatWay.CHAT_MESSAGE
    parts = [media[:1], *([file] for file in media[1:])] if takes_one else [media]
    emojis = await composing.emojis_in(text)
    first: ChatMessage | None = None
    async with db.unit_of_work() as unit:
        for number, files in enumerate(parts):
            new = _new_post(author, other, files)
            if number == 0:
                new = replace(new, text=text, html=composed.html, emojis=emojis, parent=parent)
            key = f"{draft.key}#{number}" if draft.key and number else draft.key
            stored = await chats.insert(unit, author, new, key=key, held=chat)
            assert stored is not None, "a new id is known already"
            await attaching.attach(files, stored.id)
            first = first or await store.of_post(stored.id)
    assert first is not None, "a message that is in no chat"
    return first


def _new_post(author: Account, other: Account, media: Sequence[Media]) -> NewPost:
    post_id, here = ids.new_id(), addresses.here()
    return NewPost(
        id=post_id,
        uri=here.post(post_id),
        url=here.post_page(author.username, post_id),
        local=True,
        visibility=Visibility.DIRECT,
        created_at=ids.moment_of(post_id),
        media_ids=[file.id for file in media],
        mentioned_ids=[other.id],
        chat=True,
    )


async def _send_to_group(
    chat: Chat, author_id: int, draft: MessageDraft, text: str, composed: Composed
) -> ChatMessage:
    media = await attaching.choose(author_id, draft.media_ids)
    if not chat.local:
        said = {"reply_to_seq": draft.reply_to_seq, "media_ids": list(draft.media_ids)}
        return await chat_wishing.say(chat, author_id, text, draft.key, said)
    if draft.files:
        kept = await store_remote_media(await accounts.get(author_id), None, draft.files)
        media = await Media.filter(id__in=kept).order_by("id")
    body: dict[str, object] = {"text": text, "html": composed.html}
    if media:
        body["media_ids"] = [file.id for file in media]
    emojis = await composing.emojis_in(text)
    if emojis:
        body["emojis"] = emojis
    if draft.reply_to_seq is not None:
        body["reply_to_seq"] = draft.reply_to_seq
    async with db.unit_of_work() as unit:
        event = await append(unit, chat, ChatEventKind.CREATED, author_id, body, key=draft.key)
        await attaching.attach_to_message(media, event.id)
        await chat_marks.rise(chat.id, author_id, event.seq, is_read=True)
    return await _message(chat.id, event.seq)


async def edit(author_id: int, chat_id: int, seq: int, text: str) -> ChatMessage:
    """Say a message of one's own differently; its files stay, unless a policy takes them off.

    Raises:  NotFound; Forbidden for one of somebody else; Invalid for no text, Disallowed for what a policy
             rejects or would hold back
    """
    _, message = await store.message(Viewer(author_id), chat_id, seq)
    _require_own(author_id, message)
    media_ids = message.media_ids
    if message.post_id is not None:
        media_ids = (await post_store.get_unscoped_for_worker(message.post_id)).media_ids
    text, _ = composing.tidy(text, "", has_more=bool(media_ids))
    composed = await composing.compose(text)
    verdict = await judging.judge_message(author_id, composed, media_ids, is_edit=True)
    if verdict.action >= Action.HOLD:  # there is no holding back of what is said already
        raise Disallowed(verdict.reason)
    drops_files = rewriting.drops_files(verdict, text, media_ids)
    if message.post_id is not None:
        draft = EditDraft(text=text, media_ids=() if drops_files else None)
        await editing.edit(author_id, message.post_id, draft, is_judged=True)
        return await _message(chat_id, seq)
    thrown_away: list[int] = []
    async with db.unit_of_work() as unit:
        seat = await _sit(author_id, chat_id)
        _, message = await store.message(Viewer(author_id), chat_id, seq)
        if message.text == text and not drops_files:
            return message
        if not seat.chat.local:
            await chat_wishing.wish(
                unit, seat.chat, author_id, ChatEventKind.EDITED, message_seq=seq, text=text
            )
            return message
        body: dict[str, object] = {"text": text, "html": composed.html}
        emojis = await composing.emojis_in(text)
        if emojis:
            body["emojis"] = emojis
        if drops_files:
            body["media_ids"] = []
            thrown_away = await attaching.free_from_message(message.id)
        await append(unit, seat.chat, ChatEventKind.EDITED, author_id, body, message_seq=seq)
    await discarding.erase(thrown_away)
    return await _message(chat_id, seq)


async def delete(account_id: int, chat_id: int, seq: int) -> ChatMessage:
    """Take a message back, for everybody; in groups those who lead them may do so with any.

    Raises:  NotFound; Forbidden
    """
    seat, message = await store.message(Viewer(account_id), chat_id, seq)
    if message.post_id is not None:
        _require_own(account_id, message)
        await posts.remove(account_id, message.post_id, with_files=True)
        return await _message(chat_id, seq)
    if not may(seat.member.role, Deed.DELETE):
        _require_own(account_id, message)
    async with db.unit_of_work() as unit:
        seat = await _sit(account_id, chat_id)
        await store.message(Viewer(account_id), chat_id, seq)
        if not seat.chat.local:
            await chat_wishing.wish(unit, seat.chat, account_id, ChatEventKind.DELETED, message_seq=seq)
            return message
        await append(unit, seat.chat, ChatEventKind.DELETED, account_id, message_seq=seq)
        thrown_away = await attaching.free_from_message(message.id)
    await discarding.erase(thrown_away)
    return await _message(chat_id, seq)


async def react(account_id: int, chat_id: int, seq: int, emoji: str, *, is_there: bool) -> ChatMessage:
    """Put an emoji under a message, or take it back; what is so already changes nothing.

    Raises:  NotFound; Invalid for what is no emoji, and for too many
    """
    _, message = await store.message(Viewer(account_id), chat_id, seq)
    if message.post_id is not None:
        change = reactions.react if is_there else reactions.unreact
        await change(account_id, message.post_id, emoji)
        return message
    name = reactions.spelled(emoji)
    async with db.unit_of_work() as unit:
        seat = await _sit(account_id, chat_id)
        await store.message(Viewer(account_id), chat_id, seq)
        mine = await store.reactions_by(chat_id, seq, account_id)
        if (name in mine) == is_there:
            return message
        if is_there:
            if not is_character(name) and not await CustomEmoji.exists(shortcode=name):
                raise Invalid("Validation failed: Name is not a recognized emoji")
            if len(mine) >= REACTIONS_MAX:
                raise Invalid("Validation failed: Limit of reactions reached")
        kind = ChatEventKind.REACTED if is_there else ChatEventKind.UNREACTED
        if not seat.chat.local:
            await chat_wishing.wish(unit, seat.chat, account_id, kind, message_seq=seq, emoji=name)
            return message
        await append(unit, seat.chat, kind, account_id, {"name": name}, message_seq=seq)
    return message


async def pin(account_id: int, chat_id: int, seq: int, *, is_pinned: bool) -> ChatMessage:
    """Put a message on top of a chat, or take it down. Between two both may, in a group who leads it."""
    await store.get(Viewer(account_id), chat_id)
    async with db.unit_of_work() as unit:
        seat = await _sit(account_id, chat_id)
        _, message = await store.message(Viewer(account_id), chat_id, seq)
        if seat.chat.kind == ChatKind.GROUP:
            require(seat.member.role, Deed.PIN)
        else:
            await chats.require_no_block(message, account_id)
        if (message.pinned_at is not None) != is_pinned:
            if is_pinned and await store.count_pins(chat_id) >= PINS_MAX:
                raise Invalid("Validation failed: Limit of pinned messages reached")
            kind = ChatEventKind.PINNED if is_pinned else ChatEventKind.UNPINNED
            if not seat.chat.local:
                await chat_wishing.wish(unit, seat.chat, account_id, kind, message_seq=seq)
                return message
            await append(unit, seat.chat, kind, account_id, message_seq=seq)
    return await _message(chat_id, seq)


async def _sit(account_id: int, chat_id: int) -> Seat:
    """The place of a member, with the chat held; call it for who is known to have been there, because
    strangers hold nothing. Raises NotFound; Forbidden for who is no member any more.
    """
    seat = await store.seat_in(Viewer(account_id), await chat_log.hold(chat_id))
    if not seat.is_active:
        raise Forbidden("You are not a member of this chat")
    return seat


async def _message(chat_id: int, seq: int) -> ChatMessage:
    found = await store.message_for_worker(chat_id, seq)
    if found is None:
        raise NotFound
    return found


def _require_own(account_id: int, message: ChatMessage) -> None:
    if message.author_id != account_id:
        raise Forbidden("This message is not yours")
