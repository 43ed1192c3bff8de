"""Chats between two. A message is a direct post as well, so that every app can read and answer it, and goes
to other servers as a ChatMessage where they take it (Pleroma), as a direct post where they do not.

Whichever way a message comes, `insert` writes it: as a post, and as an event of the log of the chat.
"""

from __future__ import annotations

from dataclasses import replace

from echo import clock, db, ids
from echo.actions import posting
from echo.actions.chat_log import append
from echo.actions.posting import NewPost
from echo.db import UnitOfWork
from echo.errors import Forbidden, NotFound
from echo.events import Met
from echo.kinds import Visibility
from echo.kinds_of_chats import ChatEventKind, ChatKind, ChatRequest, ChatWay
from echo.models import Account, Chat, ChatMessage, Post
from echo.policy.chat import may_write
from echo.store import accounts, chat_log, chat_marks, chats, posts


async def open_direct(account_id: int, other_id: int) -> Chat:
    """The chat between two, begun when there is none.

    Raises:  NotFound for an unknown other; Forbidden when they do not want to be written to
    """
    other = await accounts.find(other_id)
    if other is None or other_id == account_id:
        raise NotFound
    known = await chats.find_direct(account_id, other_id)
    if known is not None:
        return known
    await require_writer(account_id, other)
    async with db.unit_of_work() as unit:
        return await _begin(unit, account_id, other)


async def require_writer(writer_id: int, reader: Account, chat: Chat | None = None) -> ChatRequest:
    """Whether somebody may write to a person, and whether that person is asked first.

    Shapes:  chat: the one between them, where it is there
    Raises:  Forbidden; of a block is not told
    """
    near = await chats.closeness(writer_id, reader.id)
    if near["is_blocked"] or reader.suspended_at is not None or reader.deleted_at is not None:
        raise Forbidden("You cannot write to this person")
    if reader.domain:
        return ChatRequest.NONE
    wanted = await chats.preference(reader.id)
    member = None if chat is None else await chats.member_for_worker(chat.id, reader.id)
    is_let_in = member is not None and await chats.has_let_in(member)
    standing = {"is_followed": near["is_followed"], "is_follower": near["is_follower"]}
    if not may_write(wanted.who_may_write, is_let_in=is_let_in, **standing):
        raise Forbidden("This person does not take messages from you")
    if member is not None and member.request == ChatRequest.REFUSED:
        raise Forbidden("This person does not take messages from you")
    if member is not None or near["is_followed"] or not wanted.ask_first:
        return ChatRequest.NONE
    return ChatRequest.WAITING


async def require_no_block(message: ChatMessage | None, actor_id: int) -> None:
    """Nothing is changed in a chat between two of whom one blocks the other: who is blocked would be heard.

    Raises:  Forbidden
    """
    if message is not None and await chats.is_blocked(message.chat_id, actor_id):
        raise Forbidden("You cannot write to this person")


async def insert(
    unit: UnitOfWork, author: Account, new: NewPost, *, key: str = "", held: Chat | None = None
) -> Post | None:
    """Store a post, and where it is a message of a chat between two write it into that.

    Shapes:  new.chat: it shall be one; where there is a chat, a post that answers a message of it or nothing
             becomes one by itself;
             key: idempotency key; held: the chat that it is for, where the caller holds it
    Returns: as `posting.insert`
    Raises:  Forbidden when it shall be one and the other does not want it
    """
    other = await _other(new)
    chat = None if other is None else await _place(unit, author, other, new, held)
    if other is None or chat is None:
        return await posting.insert(unit, author, replace(new, chat=False))
    # All messages of a chat are one conversation; whoever reads posts alone finds the one before.
    parent = new.parent or await _last_post(chat)
    goes_as_one = await _goes_as_one(new, other) if new.local else new.chat
    stored = await posting.insert(unit, author, replace(new, parent=parent, chat=goes_as_one))
    if stored is not None:
        answered = None if new.parent is None else await chats.of_post(new.parent.id)
        await _say(unit, chat, new, author.id, answered, key=key)
        await _read_own(chat, author.id)
    return stored


async def released(unit: UnitOfWork, post: Post) -> None:
    """A post of somebody here was held back, and is not any more: where it belongs to a chat it
    is a message there from now on, at its end.

    Call it before anybody is told of the post.
    """
    author = await accounts.get(post.author_id)
    named = await posts.mentions([post.id])
    new = NewPost(
        id=post.id,
        uri=post.uri,
        url=post.url,
        local=post.local,
        visibility=Visibility(post.visibility),
        created_at=post.created_at,
        spoiler=post.spoiler,
        parent=None
        if post.in_reply_to_id is None
        else await posts.get_unscoped_for_worker(post.in_reply_to_id),
        media_ids=post.media_ids,
        mentioned_ids=[row["account_id"] for row in named if not row["silent"]],
        silent_ids=[row["account_id"] for row in named if row["silent"]],
        poll_id=post.poll_id,
        local_only=post.local_only,
    )
    other = None if post.quote_uri else await _other(new)
    chat = None if other is None else await _place(unit, author, other, new)
    if other is None or chat is None:
        return
    await Post.filter(id=post.id).update(chat=await _goes_as_one(new, other))
    answered = None if new.parent is None else await chats.of_post(new.parent.id)
    await _say(unit, chat, new, author.id, answered)


async def _say(
    unit: UnitOfWork, chat: Chat, new: NewPost, author_id: int, answered: ChatMessage | None, *, key: str = ""
) -> None:
    is_here = answered is not None and answered.chat_id == chat.id
    body = {"reply_to_seq": answered.seq} if answered is not None and is_here else {}
    await append(
        unit, chat, ChatEventKind.CREATED, author_id, body, post_id=new.id, key=key, at=new.created_at
    )


async def hold(post: Post) -> ChatMessage | None:
    """The message that a post is, if it is one; its chat is held from then on.

    Call it before anything is changed: whoever waits for a chat must hold nothing that others need to write.
    """
    if post.visibility != Visibility.DIRECT:
        return None
    message = await chats.of_post(post.id)
    if message is not None:
        await chat_log.hold(message.chat_id)
    return message


async def edited(unit: UnitOfWork, message: ChatMessage | None, actor_id: int) -> None:
    """The post of a message says something else."""
    await _log(unit, message, ChatEventKind.EDITED, actor_id)


async def deleted(unit: UnitOfWork, message: ChatMessage | None, actor_id: int) -> None:
    """The post of a message is gone."""
    await _log(unit, message, ChatEventKind.DELETED, actor_id)


async def reacted(
    unit: UnitOfWork, message: ChatMessage | None, actor_id: int, name: str, url: str, *, is_there: bool
) -> None:
    """Somebody put an emoji under the post of a message, or took it back."""
    kind = ChatEventKind.REACTED if is_there else ChatEventKind.UNREACTED
    await _log(unit, message, kind, actor_id, {"name": name, "url": url})


async def _log(
    unit: UnitOfWork,
    message: ChatMessage | None,
    kind: ChatEventKind,
    actor_id: int,
    body: dict[str, object] | None = None,
) -> None:
    if message is not None and message.deleted_at is None:
        chat = await chats.find_for_worker(message.chat_id)
        assert chat is not None, "a message without a chat"
        await append(unit, chat, kind, actor_id, body, message_seq=message.seq)


async def _other(new: NewPost) -> Account | None:
    """Whom a post is for, if it can be a message of a chat: a direct one, to one other alone."""
    if new.visibility != Visibility.DIRECT or new.local_only or new.held or new.silent_ids:
        return None
    if new.quote is not None or new.poll_id is not None or len(new.mentioned_ids) != 1:
        return None
    return await accounts.find_any(new.mentioned_ids[0])


async def _place(
    unit: UnitOfWork, author: Account, other: Account, new: NewPost, held: Chat | None = None
) -> Chat | None:
    """The chat that a post belongs to, held; None when it is an ordinary post."""
    if author.id == other.id:
        return None
    chat = held or await chats.find_direct(author.id, other.id)
    if not new.chat and not await _belongs(new, chat, author, other):
        return None
    try:
        request = await require_writer(author.id, other, chat)
    except Forbidden:
        if new.chat:
            raise
        return None
    if chat is None:
        chat = await _begin(unit, author.id, other, request)
    chat = held or await chat_log.hold(chat.id)
    if await chat_marks.let_in(chat.id, author.id):
        unit.emit(Met(local=True, account_id=author.id, other_ids=(other.id,)))
    return chat


async def _belongs(new: NewPost, chat: Chat | None, author: Account, other: Account) -> bool:
    """Whether a post to one other alone is said in their chat: it answers a message of it, or nothing."""
    parent = new.parent
    if parent is None:
        if chat is None or new.in_reply_to_uri or new.is_past:
            return False
        # Where both servers know chats, a post is meant to be one.
        far = author if author.domain else other
        return (await chats.ways([far.id]))[far.id] != ChatWay.CHAT_MESSAGE
    message = await chats.of_post(parent.id)
    if message is not None:
        return chat is not None and message.chat_id == chat.id
    # One of before there were logs.
    if not parent.chat or parent.author_id not in (author.id, other.id):
        return False
    named = {row["account_id"] for row in await posts.mentions([parent.id])}
    return named | {parent.author_id} == {author.id, other.id}


async def _goes_as_one(new: NewPost, other: Account) -> bool:
    """Whether a message goes to the other's server as one. Files beyond the first have no place there, nor
    has a warning.
    """
    if len(new.media_ids) > 1 or new.spoiler:
        return False
    return not other.domain or (await chats.ways([other.id]))[other.id] != ChatWay.DIRECT_NOTE


async def _last_post(chat: Chat) -> Post | None:
    post_id = await chats.last_post_id(chat.id)
    return None if post_id is None else await posts.get_unscoped_for_worker(post_id)


async def _begin(
    unit: UnitOfWork, account_id: int, other: Account, request: ChatRequest | None = None
) -> Chat:
    """Begin the chat between two. Somebody else may do so at the same moment."""
    if request is None:
        request = await require_writer(account_id, other)
    chat_id = ids.new_id()
    pair = chats.pair_key(account_id, other.id)
    is_new = await chats.insert(chat_id, ChatKind.DIRECT.value, clock.now(), pair=pair)
    found = await chats.find_direct(account_id, other.id)
    assert found is not None, "a chat that is neither new nor known"
    chat = await chat_log.hold(found.id)
    if is_new:
        await append(unit, chat, ChatEventKind.JOINED, account_id)
        await append(unit, chat, ChatEventKind.JOINED, account_id, {"account_id": other.id})
        if request == ChatRequest.WAITING:
            await chat_marks.ask(chat.id, other.id)
    return chat


async def _read_own(chat: Chat, author_id: int) -> None:
    """Whoever writes has read what is above."""
    await chat_marks.rise(chat.id, author_id, chat.last_seq, is_read=True)
