"""Editing posts: what a post said before is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from echo import clock, db
from echo.actions import (
    attaching,
    chats,
    composing,
    conversations,
    holding,
    judging,
    pieces,
    polls,
    quotes,
    rewriting,
    uploads,
    versions,
)
from echo.actions.composing import Composed
from echo.actions.drafts import EditDraft, FileDraft, RemotePost
from echo.actions.notify import tell
from echo.actions.posting import find_link
from echo.actions.remote_media import keep_emojis, store_remote_media
from echo.actions.versions import Said
from echo.db import UnitOfWork
from echo.errors import Invalid, NotFound
from echo.events import PostEdited
from echo.kinds import Held, NotificationKind, Visibility
from echo.media.result import ImageResult
from echo.models import Account, Media, Post
from echo.policy.interaction import require_expected
from echo.policy.pipeline.said import Door
from echo.policy.pipeline.verdicts import Action
from echo.store import posts
from echo.store.polls import Answers


async def edit(author_id: int, post_id: int, draft: EditDraft, *, is_judged: bool = False) -> Post:
    """Change a post of one's own; a draft that changes nothing leaves it as it is. What it quotes stays.

    Shapes:  is_judged: a moderator has let it through
    Returns: the post as it is now: as before, where a policy holds the edit back
    Raises:  NotFound when it is not one's own; Invalid for an empty or too long text and unusable files,
             Disallowed for what a policy rejects
    """
    before = await _own(author_id, post_id)
    has_more = _hung_on(before, draft).has_more or bool(before.quote_uri)
    text, spoiler = composing.tidy(draft.text, draft.spoiler, has_more=has_more)
    content_type = draft.content_type or before.content_type
    texts = [text] if draft.blocks is None else pieces.texts(draft.blocks)
    composed = await composing.compose(*texts, content_type=content_type)
    require_expected(author_id, composed.mentioned_ids, draft.allowed_mention_ids)
    judged = await _as_policies_have_it(
        before, replace(draft, spoiler=spoiler), composed, is_judged=is_judged
    )
    if judged is None:
        return before
    draft, spoiler = judged, judged.spoiler
    covers = {file.media_id: await uploads.read_cover(file.thumbnail) for file in draft.files}
    async with db.unit_of_work() as unit:
        message = await chats.hold(before)
        await chats.require_no_block(message, author_id)
        await posts.lock(post_id)
        post = await _own(author_id, post_id)
        hung_on, said = _hung_on(post, draft), await versions.say(post)
        await quotes.change_policy(unit, post, draft.quote_policy)
        media_ids = await _files(post, hung_on)
        poll_id, is_asked_anew = post.poll_id, False
        if not hung_on.keeps_poll:
            poll_id, is_asked_anew = await polls.change(post, hung_on.answers)
        described = (*draft.files, *pieces.descriptions(draft.blocks or ()))
        is_redescribed = await _redescribe(media_ids, described, covers)
        changed = {
            "text": text,
            "spoiler": spoiler,
            "sensitive": draft.sensitive or bool(spoiler),
            "language": draft.language,
            "media_ids": media_ids,
            "content_type": content_type,
            "blocks": None if draft.blocks is None else pieces.stored(draft.blocks, composed.pieces),
        }
        is_as_before = all(getattr(post, name) == value for name, value in changed.items())
        if is_as_before and not is_redescribed and not is_asked_anew:
            return post
        await versions.keep(post, said)
        html = await quotes.line_again(post) + await _html(draft, composed)
        emojis = await composing.emojis_in(text, spoiler, *hung_on.titles(said))
        await _write(post, **changed, html=html, poll_id=poll_id, emojis=emojis, edited_at=clock.now())
        # A message of a chat is for whom it was for, named in it or not.
        named = composed.mentioned_ids if message is None else await _named(post.id)
        await _relink(unit, post, named, (), tuple(composed.hashtags.values()))
        await chats.edited(unit, message, author_id)
        await _tell_boosters(unit, post)
        await quotes.tell_quoters(unit, post)
        unit.emit(PostEdited(local=True, post_id=post.id))
    return await posts.get_unscoped_for_worker(post_id)


async def _as_policies_have_it(
    before: Post, draft: EditDraft, composed: Composed, *, is_judged: bool
) -> EditDraft | None:
    """The edit, rewritten where they want it; None when it is held back. Raises Disallowed."""
    if is_judged:
        return draft
    verdict = await judging.judge_edit(before, draft, composed)
    # A post that nobody has seen yet is judged by a moderator as it is then.
    if verdict.action == Action.HOLD and before.held != Held.REVIEW:
        await holding.keep_edit(before, draft, verdict, composed)
        return None
    return rewriting.edit(draft, verdict)


async def _files(post: Post, hung_on: _HungOn) -> list[int]:
    """The files that the post has from now on. Raises Invalid."""
    if hung_on.media_ids is None:
        return list(post.media_ids)
    chosen = await attaching.choose(post.author_id, hung_on.media_ids, post_id=post.id)
    # Files that are left out stay attached: earlier versions of the post show them.
    await attaching.attach(chosen, post.id)
    return [file.id for file in chosen]


async def _html(draft: EditDraft, composed: Composed) -> str:
    if draft.blocks is None:
        return composed.html
    files = await Media.filter(id__in=pieces.media_ids(draft.blocks))
    return pieces.html_of(draft.blocks, composed.pieces, {file.id: file for file in files})


async def receive_edit(author: Account, draft: RemotePost, *, is_judged: bool = False) -> bool:
    """Change a remote post because its server said so; False when this version is not newer than ours.

    Shapes:  is_judged: a moderator has let it through
    Raises:  Disallowed, HeldBack by a policy: the post stays as it is
    Source:  ActivityPub 6.3; Mastodon sends an Update without a newer stamp for poll counts only
    """
    if not is_judged and not (await judging.chain()).is_idle(Door.REMOTE):
        draft = await _judged(author, draft)
    async with db.unit_of_work() as unit:
        known = await Post.get_or_none(uri=draft.uri, author_id=author.id, deleted_at=None)
        if known is None:
            return False
        message = await chats.hold(known)
        await posts.lock(known.id)
        post = await Post.get(id=known.id)
        if draft.edited_at is None or not _is_newer(draft.edited_at, post):
            return await polls.receive_counts(post, draft.poll)
        await versions.keep(post, await versions.say(post))
        answers = None if draft.poll is None else polls.answers_from(draft.poll)
        poll_id, _ = await polls.change(post, answers)
        # Files that are left out stay: earlier versions of the post show them.
        media_ids = await store_remote_media(author, post.id, draft.media)
        await _write(
            post,
            html=draft.html,
            spoiler=draft.spoiler,
            sensitive=draft.sensitive,
            language=draft.language,
            media_ids=media_ids,
            poll_id=poll_id,
            edited_at=min(draft.edited_at, clock.now()),
            url=draft.url or post.url,
            emojis=await keep_emojis(author, draft.emojis),
        )
        await _relink(unit, post, draft.mentioned_ids, draft.silent_ids, draft.hashtags)
        await chats.edited(unit, message, author.id)
        await _tell_boosters(unit, post)
        await quotes.tell_quoters(unit, post)
        unit.emit(PostEdited(local=False, post_id=post.id))
    return True


async def _judged(author: Account, draft: RemotePost) -> RemotePost:
    """An edit as policies have it; new counts of a poll are none."""
    known = await Post.get_or_none(uri=draft.uri, author_id=author.id, deleted_at=None)
    if known is None or draft.edited_at is None or not _is_newer(draft.edited_at, known):
        return draft
    return await holding.judged(author, draft, is_edit=True)


@dataclass(frozen=True, slots=True)
class _HungOn:
    """What hangs on a post after an edit. `media_ids` None: the files it has; `answers`: what it asks."""

    media_ids: Sequence[int] | None
    answers: Answers | None
    keeps_poll: bool
    has_more: bool

    def titles(self, before: Said) -> Sequence[str]:
        """What the poll asks from now on."""
        if self.answers is not None:
            return self.answers.titles
        return before["poll_titles"] or () if self.keeps_poll else ()


def _hung_on(post: Post, draft: EditDraft) -> _HungOn:
    """A post has either files or a poll: what the draft brings takes the place of the other.

    Raises:  Invalid for a bad poll, and when it brings both
    """
    if draft.poll is not None:
        if draft.media_ids:
            raise Invalid("Validation failed: A post has either files or a poll")
        return _HungOn((), polls.answers_of(draft.poll), keeps_poll=False, has_more=True)
    keeps_poll = post.poll_id is not None and not draft.drops_poll and not draft.media_ids
    files = post.media_ids if draft.media_ids is None else draft.media_ids
    return _HungOn(draft.media_ids, None, keeps_poll=keeps_poll, has_more=bool(files) or keeps_poll)


def _is_newer(edited_at: datetime, post: Post) -> bool:
    """Many servers stamp whole seconds: a first edit may bear the same stamp as the post."""
    return edited_at >= post.created_at if post.edited_at is None else edited_at > post.edited_at


async def _write(post: Post, **changes: object) -> None:
    # Which page the post links to is found out anew.
    await Post.filter(id=post.id).update(version=post.version + 1, card_id=None, **changes)
    # A boost shows the post it boosts, so its rendered half is stale as well.
    await db.execute("UPDATE posts SET version = version + 1 WHERE boost_of_id = $1", post.id)


async def _relink(
    unit: UnitOfWork,
    post: Post,
    mentioned_ids: Sequence[int],
    silent_ids: Sequence[int],
    hashtags: Sequence[str],
) -> None:
    """Mentions and hashtags of the new text. People who were named before keep their right to read."""
    await db.execute("DELETE FROM post_hashtags WHERE post_id = $1", post.id)
    await db.execute(
        "UPDATE mentions SET silent = NOT account_id = ANY($2) WHERE post_id = $1",
        post.id,
        list(mentioned_ids),
    )
    before = len(await posts.mentions([post.id]))
    await posts.insert_mentions(post.id, mentioned_ids)
    await posts.insert_mentions(post.id, silent_ids, silent=True)
    if post.visibility == Visibility.DIRECT and len(await posts.mentions([post.id])) > before:
        # It is between more people now: another conversation.
        await conversations.take_out(unit, post.id)
        await conversations.keep(unit, post, is_new=False)
    await posts.insert_hashtags(post.id, hashtags)
    if not post.held:
        await tell(unit, mentioned_ids, NotificationKind.MENTION, post.author_id, post.id)
    find_link(unit, await posts.get_unscoped_for_worker(post.id))


async def _named(post_id: int) -> list[int]:
    return [row["account_id"] for row in await posts.mentions([post_id])]


async def _tell_boosters(unit: UnitOfWork, post: Post) -> None:
    rows = await db.fetch(
        "SELECT author_id FROM posts WHERE boost_of_id = $1 AND deleted_at IS NULL AND local", post.id
    )
    told = [row["author_id"] for row in rows]
    await db.execute(
        "DELETE FROM notifications WHERE post_id = $1 AND kind = $2", post.id, NotificationKind.EDIT.value
    )
    await tell(unit, told, NotificationKind.EDIT, post.author_id, post.id)


async def _redescribe(
    media_ids: Sequence[int], drafts: Sequence[FileDraft], covers: Mapping[int, ImageResult | None]
) -> bool:
    """Describe files of the post anew; whether one of them has changed."""
    is_changed = False
    for draft in drafts:
        media = await Media.get_or_none(id=draft.media_id) if draft.media_id in media_ids else None
        if media is not None and await uploads.redescribe(media, draft, covers.get(draft.media_id)):
            is_changed = True
    return is_changed


async def _own(author_id: int, post_id: int) -> Post:
    post = await Post.get_or_none(id=post_id, author_id=author_id, deleted_at=None, boost_of_id=None)
    if post is None:
        raise NotFound
    return post
