"""Conversations: kept up with direct posts, in the unit of work that writes or deletes the post."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import UnitOfWork
from echo.errors import NotFound
from echo.events import ConversationChanged
from echo.models import Post
from echo.store import conversations, posts


async def keep(unit: UnitOfWork, post: Post, *, is_new: bool = True) -> None:
    """Put a direct post, whose mentions are written, into the conversations of those it is between.

    Shapes:  is_new: the people it names were told of it just now, those who want to know
    """
    people = await _people(post)
    for row in await conversations.file(post.id, post.thread_id, post.author_id, people, is_new=is_new):
        _emit(unit, row["id"], row["account_id"])


async def let_in(unit: UnitOfWork, account_id: int, author_ids: Sequence[int]) -> None:
    """Somebody wants to hear of these people after all: what they wrote directly is a conversation now."""
    for post_id in await conversations.kept_apart(account_id, author_ids):
        post = await posts.get_unscoped_for_worker(post_id)
        people = await _people(post)
        for row in await conversations.file(
            post.id, post.thread_id, post.author_id, people, is_new=False, only=account_id
        ):
            _emit(unit, row["id"], account_id)


async def take_out(unit: UnitOfWork, post_id: int) -> None:
    """A direct post is deleted, or is between others than before."""
    for row in await conversations.take_out([post_id]):
        _emit(unit, row["id"], row["account_id"])


async def mark(account_id: int, conversation_id: int, *, unread: bool) -> None:
    """Say whether one has read a conversation. Raises NotFound."""
    async with db.unit_of_work() as unit:
        is_another = await conversations.mark(account_id, conversation_id, unread=unread)
        if is_another is None:
            raise NotFound
        if is_another:
            _emit(unit, conversation_id, account_id)


async def forget(account_id: int, conversation_id: int) -> None:
    """Take a conversation off one's list until somebody writes in it again. Raises NotFound."""
    async with db.unit_of_work():
        if not await conversations.delete(account_id, conversation_id):
            raise NotFound


async def _people(post: Post) -> set[int]:
    return {post.author_id, *(row["account_id"] for row in await posts.mentions([post.id]))}


def _emit(unit: UnitOfWork, conversation_id: int, account_id: int) -> None:
    unit.emit(ConversationChanged(local=True, conversation_id=conversation_id, account_id=account_id))
