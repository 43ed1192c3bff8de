"""Publishing, receiving and removing posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from echo import clock, db, ids
from echo.actions import (
    adopting,
    attaching,
    boosts,
    chats,
    composing,
    conversations,
    discarding,
    drafting,
    holding,
    idempotency,
    judging,
    pieces,
    polls,
    quotes,
    quotes_elsewhere,
    rewriting,
)
from echo.actions.composing import Composed
from echo.actions.drafts import PostDraft, RemotePost
from echo.actions.posting import NewPost, Quoting
from echo.actions.remote_media import keep_emojis, store_remote_media
from echo.db import UnitOfWork
from echo.errors import Gone, NotFound
from echo.events import ParentMissed, PostDeleted
from echo.kinds import Held, Visibility
from echo.models import Account, Post
from echo.policy.interaction import require_expected
from echo.policy.pipeline.verdicts import Action, Verdict
from echo.store import accounts, counters, joining, notifications, policies, posts
from echo.store import polls as poll_store

# What was published longer ago, and is not delivered but found, is no news to anybody. Mastodon's figure.
NEWS = timedelta(hours=6)
# What is left of a post whose id was another's: no address, so that nothing is ever found by it.
WRONG = "urn:echo:wrong-id:"


async def publish(
    author_id: int, draft: PostDraft, *, composed: Composed | None = None, verdict: Verdict | None = None
) -> Post:
    """Publish a post of somebody here, as far as policies let it: one that is held is read by its author.

    Shapes:  composed: what `drafting.compose` made of the draft, for callers in a unit of work; verdict: what
             `judging.judge_draft` said of it, for the same
    Returns: the stored post; with an idempotency key that was used before, the post of that time
    Raises:  Invalid for an empty or too long text and unusable files, Disallowed for what a policy rejects;
             NotFound when the parent is unreadable
    """
    answers = drafting.answers(draft)
    has_more = bool(draft.media_ids or answers) or draft.quote_of_id is not None
    text, spoiler = composing.tidy(draft.text, draft.spoiler, has_more=has_more)
    composed = composed or await drafting.compose(text, draft)
    require_expected(author_id, composed.mentioned_ids, draft.allowed_mention_ids)
    verdict = verdict or await judging.judge_draft(author_id, draft, composed)
    draft = rewriting.draft(replace(draft, text=text, spoiler=spoiler), verdict)
    emojis = await composing.emojis_in(text, spoiler, *(answers.titles if answers else ()))
    async with db.unit_of_work() as unit:
        known = await idempotency.claim(author_id, draft.idempotency_key)
        if known is not None:
            return await posts.get_unscoped_for_worker(known.require_post())
        author = await accounts.get(author_id)
        parent, held = await drafting.parent_of(author_id, draft)
        media = await attaching.choose(author_id, draft.media_ids)
        quote = await quotes.choose(
            author_id,
            draft.quote_of_id,
            visibility=draft.visibility,
            mentioned_ids=composed.mentioned_ids,
            stays_here=draft.local_only or (parent is not None and parent.local_only),
        )
        await pieces.describe(draft.blocks or (), media)
        new = drafting.new_post(author, draft, composed, parent=parent, media=media, quote=quote)
        told, silent = await drafting.people(author_id, composed, verdict)
        in_groups = await drafting.communities(parent, new.visibility, composed.mentioned_ids)
        new = replace(
            new,
            text=text,
            held=Held.REVIEW if verdict.action == Action.HOLD else held,
            spoiler=draft.spoiler,
            sensitive=draft.sensitive or bool(draft.spoiler),
            emojis=emojis,
            mentioned_ids=told,
            silent_ids=[*new.silent_ids, *silent, *in_groups],
            poll_id=None if answers is None else await poll_store.new_id(),
        )
        stored = await chats.insert(unit, author, new)
        assert stored is not None, "a new id is known already"
        if answers is not None and new.poll_id is not None:
            await poll_store.insert(new.poll_id, new.id, answers)
        if media:
            await attaching.attach(media, new.id)
        if new.held == Held.REVIEW:
            await holding.keep_post(stored, verdict)
        elif quote is not None:
            await quotes.published(unit, stored, quote)
        await idempotency.keep(author_id, draft.idempotency_key, post_id=new.id)
    return stored


async def receive(author: Account, draft: RemotePost, *, is_judged: bool = False) -> Post:
    """Store a post that another server sent, as policies let it; a second copy changes nothing.

    Shapes:  draft.html sanitised, published_at UTC; is_judged: a moderator has let it through
    Returns: the stored post; the old one if already known
    Raises:  Gone when a post with this id was deleted before; Disallowed, HeldBack by a policy
    Source:  ActivityPub 6.2
    """
    if not is_judged:
        draft = await holding.judged(author, draft)
    async with db.unit_of_work() as unit:
        await adopting.hold_still(draft.uri, draft.in_reply_to_uri)
        foretold = await joining.foretold(draft.uri, author.id)
        known = await _known(draft.uri, lives=foretold["lives"])
        if known is not None:
            return known
        new = await _new_from(author, draft)
        stored = await chats.insert(unit, author, new)
        if stored is None:
            known = await _known(draft.uri, lives=await posts.lives(draft.uri, author.id))
            assert known is not None, "the id is in the way of a post that is not there"
            return known
        if draft.poll is not None and new.poll_id is not None:
            await poll_store.insert(new.poll_id, new.id, polls.answers_from(draft.poll))
        if foretold["is_answered"]:
            await adopting.adopt(unit, stored)
        if draft.is_delivered and draft.in_reply_to_uri and new.parent is None:
            unit.emit(ParentMissed(local=False, post_id=new.id))
        await quotes_elsewhere.received(unit, stored, is_awaited=foretold["is_quoted"])
    return stored


async def _new_from(author: Account, draft: RemotePost) -> NewPost:
    """A post of another server with its files and its answers, to be stored."""
    published_at = min(draft.published_at, clock.now())
    post_id = ids.id_at(published_at)
    return NewPost(
        id=post_id,
        uri=draft.uri,
        url=draft.url,
        local=False,
        visibility=draft.visibility,
        created_at=published_at,
        html=draft.html,
        spoiler=draft.spoiler,
        sensitive=draft.sensitive,
        language=draft.language,
        parent=await _parent_of(draft),
        in_reply_to_uri=draft.in_reply_to_uri,
        media_ids=await store_remote_media(author, post_id, draft.media),
        emojis=await keep_emojis(author, draft.emojis),
        conversation_uri=draft.conversation_uri,
        edited_at=draft.edited_at,
        mentioned_ids=draft.mentioned_ids,
        silent_ids=draft.silent_ids,
        hashtags=draft.hashtags,
        poll_id=None if draft.poll is None else await poll_store.new_id(),
        quote=await _quoted(author, draft),
        quote_automatic=draft.quote_automatic,
        quote_manual=draft.quote_manual,
        is_quiet=draft.is_quiet,
        policy=draft.policy,
        held=draft.held,
        approval_uri=draft.approval_uri,
        chat=draft.chat,
        is_news=draft.is_delivered or published_at > clock.now() - NEWS,
    )


async def _parent_of(draft: RemotePost) -> Post | None:
    """What it answers: as the draft says, or stored a moment ago, since the draft was made."""
    if draft.in_reply_to_id is not None:
        return await Post.get_or_none(id=draft.in_reply_to_id, deleted_at=None)
    return await posts.find_by_uri_for_worker(draft.in_reply_to_uri) if draft.in_reply_to_uri else None


async def _quoted(author: Account, draft: RemotePost) -> Quoting | None:
    quoted = await posts.find_by_uri_for_worker(draft.quote_uri) if draft.quote_uri else None
    return quotes_elsewhere.of_remote(author, draft, quoted)


async def remove(author_id: int, post_id: int, *, with_files: bool = False) -> Post:
    """Delete a post of one's own. Its files become free again, so that it can be written anew.

    Shapes:  with_files: throw its files away too
    Returns: the post as it was
    Raises:  NotFound when it is not one's own
    """
    async with db.unit_of_work() as unit:
        post = await Post.get_or_none(id=post_id, author_id=author_id, deleted_at=None)
        if post is None:
            raise NotFound
        await take_away(unit, post)
        thrown_away = await attaching.free(post.id, for_good=with_files)
    await discarding.erase(thrown_away)
    return post


async def receive_removal(author: Account, uri: str) -> bool:
    """Delete a post because its author's server said so; True when we had it.

    The id is remembered in any case, so that a Create of theirs that arrives later is ignored.
    """
    async with db.unit_of_work() as unit:
        await posts.bury(uri, author.id)
        await policies.forget_held(uri)
        post = await Post.get_or_none(uri=uri, author_id=author.id, deleted_at=None)
        if post is None:
            return False
        await take_away(unit, post)
        thrown_away = await attaching.free(post.id, for_good=True)
    await discarding.erase(thrown_away)
    return True


async def free_id(post: Post) -> None:
    """Delete a post that bears the id of another, and let go of the id."""
    async with db.unit_of_work() as unit:
        if post.deleted_at is None:
            await take_away(unit, post)
        thrown_away = await attaching.free(post.id, for_good=True)
        await posts.rename_for_worker(post.id, f"{WRONG}{post.id}")
    await discarding.erase(thrown_away)


async def take_away(unit: UnitOfWork, post: Post) -> None:
    """Mark a post and its boosts as deleted, count back, and forget what was told about them."""
    if post.boost_of_id is not None:
        await boosts.take_away(unit, post)
        return
    message = await chats.hold(post)
    if not await posts.mark_deleted(post.id):
        return
    if post.held == Held.REVIEW:
        await policies.forget_held_post(post.id)
    await chats.deleted(unit, message, post.author_id)
    boosts_of_it = await Post.filter(boost_of_id=post.id, deleted_at=None).order_by("id")
    await _forget([post, *[boost for boost in boosts_of_it if await posts.mark_deleted(boost.id)]])
    if post.in_reply_to_id is not None and not post.held:
        await counters.count_post_use("replies", post.in_reply_to_id, -1)
    await quotes.uncount(post)
    if post.visibility == Visibility.DIRECT:
        await conversations.take_out(unit, post.id)
    unit.emit(PostDeleted(local=post.local, post_id=post.id))


async def _forget(gone: Sequence[Post]) -> None:
    for post in gone:
        await counters.count_post(post.author_id, -1)
        await notifications.delete_about_post(post.id)


async def _known(uri: str, *, lives: bool | None) -> Post | None:
    """The post with this id. Raises Gone when it was deleted."""
    if lives is False:
        raise Gone(detail=f"{uri} was deleted")
    return await posts.find_by_uri_for_worker(uri) if lives else None


async def check(author_id: int, draft: PostDraft) -> PostDraft:
    """What `publish` would refuse now, for a post that is to wait. The draft, with its text made tidy.

    Raises:  as `publish`
    """
    has_more = bool(draft.media_ids or drafting.answers(draft)) or draft.quote_of_id is not None
    text, spoiler = composing.tidy(draft.text, draft.spoiler, has_more=has_more)
    composed = await drafting.compose(text, draft)
    require_expected(author_id, composed.mentioned_ids, draft.allowed_mention_ids)
    rewriting.require_allowed(await judging.judge_draft(author_id, draft, composed))
    await drafting.parent_of(author_id, draft)
    await attaching.choose(author_id, draft.media_ids)
    await quotes.choose(
        author_id,
        draft.quote_of_id,
        visibility=draft.visibility,
        mentioned_ids=composed.mentioned_ids,
    )
    return replace(draft, text=text, spoiler=spoiler)
