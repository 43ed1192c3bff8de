"""Posts: create, read, edit, delete, and their threads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from quart import Blueprint, Response, request

from echo import clock, settings
from echo.actions import composing, editing, pieces, posts, schedules, thread_fetches
from echo.actions.drafts import Block, EditDraft, PostDraft
from echo.actions.idempotency import UsedOtherwise
from echo.api import wordings
from echo.api.reading import account_page, file_drafts
from echo.api.writing import due_at, poll_draft, unexpected
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, current, needs, optional, viewer
from echo.http.families import count_for_account
from echo.http.forms import read_form
from echo.http.params import Params
from echo.http.reading import BODY_BYTES, cursor_of, params, read_id, update_route
from echo.http.replies import array, entity, raw
from echo.kinds import Visibility
from echo.policy import preferences
from echo.policy.interaction import UnexpectedMentions
from echo.policy.viewer import Viewer
from echo.render import scheduled, status, versions
from echo.render.entities import StatusSource
from echo.store import accounts, threads
from echo.store import posts as post_store
from echo.store import schedules as schedule_store
from echo.text import languages

blueprint = Blueprint("statuses", __name__)
# When apps shall ask whether more of a thread was found; Mastodon's figure.
REFRESH_SECONDS = 3
# Client words for who may read a post.
VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
MANY_MAX = 20
KEY_CHARACTERS = 255


@blueprint.post("/api/v1/statuses")
@needs("write:statuses")
async def create() -> Response:
    """Publish a post."""
    await count_for_account("posts")
    given = await params()
    chosen = preferences.read((await accounts.user(account_id())).settings)
    blocks = wordings.blocks(given)
    draft = PostDraft(
        text=given.text("status", "") if blocks is None else pieces.text_of(blocks),
        visibility=_visibility(given, chosen.visibility),
        spoiler=given.text("spoiler_text", ""),
        sensitive=given.boolean("sensitive", default=chosen.sensitive),
        language=_language(given, chosen.language),
        in_reply_to_id=_reply_to(given),
        media_ids=given.ids("media_ids") if blocks is None else pieces.media_ids(blocks),
        app_id=current().app_id,
        idempotency_key=_idempotency_key(),
        allowed_mention_ids=_allowed(given),
        poll=poll_draft(given),
        quote_of_id=wordings.quoted(given),
        quote_policy=wordings.quote_policy(given) or chosen.quote_policy,
        local_only=given.boolean("local_only", default=False),
        content_type=wordings.content_type(given) or composing.PLAIN,
        blocks=blocks,
    )
    return await _make(draft, due_at(given))


@blueprint.get("/api/v1/statuses")
@optional("read:statuses")
async def many() -> Response:
    """Several posts by id; invisible ones are left out."""
    ids = (await params()).ids("id")
    if len(ids) > MANY_MAX:
        raise Invalid(f"At most {MANY_MAX} ids")
    return array(await status.many(viewer(), ids))


@blueprint.get("/api/v1/statuses/<status_id>")
@optional("read:statuses")
async def show(status_id: str) -> Response:
    """One post."""
    return raw(await status.one(viewer(), read_id(status_id)))


@update_route(blueprint, "/api/v1/statuses/<status_id>")
@needs("write:statuses")
async def edit(status_id: str) -> Response:
    """Change a post of one's own: what is said takes the place of what it said.

    Without `poll` it asks nothing any more. Without `media_ids` its files stay: many apps leave them out.
    """
    with await read_form(request, max_bytes=BODY_BYTES + _covers_bytes()) as form:
        given, files = form.params, file_drafts(form)
    known = await _own(status_id)
    blocks, poll = wordings.blocks(given), poll_draft(given)
    draft = EditDraft(
        text=given.text("status", "") if blocks is None else pieces.text_of(blocks),
        spoiler=given.text("spoiler_text", ""),
        sensitive=given.boolean("sensitive", default=False),
        language=_language(given, known),
        media_ids=_media_ids(given, blocks),
        files=files,
        poll=poll,
        drops_poll=poll is None,
        allowed_mention_ids=_allowed(given),
        quote_policy=wordings.quote_policy(given),
        content_type=wordings.content_type(given),
        blocks=blocks,
    )
    try:
        post = await editing.edit(account_id(), read_id(status_id), draft)
    except UnexpectedMentions as error:
        return await unexpected(error)
    return raw(await status.one(viewer(), post.id))


@blueprint.delete("/api/v1/statuses/<status_id>")
@needs("write:statuses")
async def delete(status_id: str) -> Response:
    """Delete a post of one's own; the answer has its source, so that it can be written anew."""
    await count_for_account("deletes")
    post_id = read_id(status_id)
    post = await post_store.find(viewer(), post_id)
    if post is None or post.author_id != account_id():
        raise NotFound
    rendered = await status.with_source(viewer(), post_id, post.text)
    with_files = (await params()).boolean("delete_media", default=False)
    await posts.remove(account_id(), post_id, with_files=with_files)
    return raw(rendered)


@blueprint.get("/api/v1/statuses/<status_id>/context")
@optional("read:statuses")
async def context(status_id: str) -> Response:
    """What a post answers, and what answers it; other servers are asked for more of it, afterwards."""
    post = await post_store.get(viewer(), read_id(status_id))
    search = None if viewer().is_anonymous else await thread_fetches.ask(post)
    limits = threads.ANONYMOUS if viewer().is_anonymous else threads.SIGNED_IN
    ancestors = await threads.ancestor_ids(post, limits)
    descendants = await threads.descendant_ids(post, limits)
    rendered = await status.by_id(viewer(), [*ancestors, *descendants], hide_muted=True)
    above = b",".join(rendered[i] for i in ancestors if i in rendered)
    below = b",".join(rendered[i] for i in descendants if i in rendered)
    answer = raw(b'{"ancestors":[' + above + b'],"descendants":[' + below + b"]}")
    if search is not None:
        answer.headers["Mastodon-Async-Refresh"] = (
            f'id="{search.id}", retry={REFRESH_SECONDS}, result_count={search.found}'
        )
    return answer


@blueprint.get("/api/v1/statuses/<status_id>/history")
@optional("read:statuses")
async def history(status_id: str) -> Response:
    """What a post said before each edit, and what it says, oldest first."""
    return array(await versions.many(viewer(), await post_store.get(viewer(), read_id(status_id))))


@blueprint.get("/api/v1/statuses/<status_id>/source")
@needs("read:statuses")
async def source(status_id: str) -> Response:
    """The text as it was typed, for editing."""
    post = await post_store.get(viewer(), read_id(status_id))
    if post.author_id != account_id():
        raise NotFound
    return entity(
        StatusSource(
            id=str(post.id),
            text=post.text,
            spoiler_text=post.spoiler,
            content_type=post.content_type,
        )
    )


@blueprint.get("/api/v1/statuses/<status_id>/favourited_by")
@optional("read:accounts")
async def favourited_by(status_id: str) -> Response:
    """Who liked a post."""
    post = await post_store.get(viewer(), read_id(status_id))
    cursor = cursor_of(await params(), default=40, maximum=80)
    rows = await post_store.likers(viewer(), post.id, cursor.condition("l.id"), cursor.order("l.id"))
    return await account_page(cursor.newest_first(rows), cursor)


@blueprint.get("/api/v1/statuses/<status_id>/reblogged_by")
@optional("read:accounts")
async def reblogged_by(status_id: str) -> Response:
    """Who boosted a post."""
    post = await post_store.get(viewer(), read_id(status_id))
    cursor = cursor_of(await params(), default=40, maximum=80)
    rows = await post_store.boosters(viewer(), post.id, cursor.condition("p.id"), cursor.order("p.id"))
    return await account_page(cursor.newest_first(rows), cursor)


async def _make(draft: PostDraft, at: datetime | None) -> Response:
    """Publish a post now, or keep it for its time; what was made with the same key is answered again."""
    try:
        if at is not None and at > clock.now() + schedules.NEAREST:
            return await _scheduled(await schedules.schedule(account_id(), draft, at))
        if at is not None and at < clock.now() - schedules.NEAREST and settings.here().limits.backdated_posts:
            draft = replace(draft, written_at=at)
        post = await posts.publish(account_id(), draft)
        return raw(await status.one(viewer(), post.id))
    except UsedOtherwise as error:
        made = error.made
        if made.post_id is not None:
            return raw(await status.one(viewer(), made.post_id))
        return await _scheduled(made.scheduled_id or 0)
    except UnexpectedMentions as error:
        return await unexpected(error)


async def _scheduled(schedule_id: int) -> Response:
    return entity(await scheduled.one(await schedule_store.get(account_id(), schedule_id)))


def _covers_bytes() -> int:
    """What the covers of a post's files may take in a form."""
    is_form = request.headers.get("Content-Type", "").startswith("multipart/")
    here = settings.here()
    return here.limits.post_media * here.media.image_limit_bytes if is_form else 0


async def _own(status_id: str) -> str | None:
    """The language of one's own post, which an edit keeps. Raises NotFound for another's."""
    post = await post_store.get(Viewer(account_id()), read_id(status_id))
    if post.author_id != account_id():
        raise NotFound
    return post.language


def _allowed(given: Params) -> tuple[int, ...] | None:
    """Whom the text may name, where an app asks for that."""
    return given.ids("allowed_mentions") if given.has("allowed_mentions") else None


def _media_ids(given: Params, blocks: Sequence[Block] | None) -> tuple[int, ...] | None:
    """The files that a post shall have after an edit; None keeps them."""
    if blocks is not None:
        return pieces.media_ids(blocks)
    return given.ids("media_ids") if given.has("media_ids") else None


def _visibility(given: Params, default: Visibility) -> Visibility:
    word = given.text("visibility")
    if not word:
        return default
    if word not in VISIBILITIES:
        raise Invalid("Validation failed: Visibility is not included in the list")
    return VISIBILITIES[word]


def _language(given: Params, default: str | None) -> str | None:
    word = given.text("language")
    if not word:
        return default
    return languages.normalise(word)


def _idempotency_key() -> str:
    """The key, in a form that fits into its column; two keys never become one."""
    key = request.headers.get("Idempotency-Key", "")
    return key if len(key) < KEY_CHARACTERS else hashlib.sha256(key.encode()).hexdigest()


def _reply_to(given: Params) -> int | None:
    text = given.text("in_reply_to_id")
    return read_id(text) if text else None
