"""From a draft of somebody here to a post that can be stored."""

from __future__ import annotations

from collections.abc import Sequence

from echo import addresses, ids
from echo.actions import composing, permissions, pieces, polls, quotes
from echo.actions.composing import Composed
from echo.actions.drafts import PostDraft
from echo.actions.posting import NewPost
from echo.errors import Invalid, NotFound
from echo.kinds import Held, Visibility
from echo.models import Account, Media, Post
from echo.policy.interacting import Interaction
from echo.policy.pipeline.verdicts import Change, Verdict
from echo.policy.quoting import POLICIES
from echo.policy.viewer import Viewer
from echo.policy.visibility import OPEN
from echo.store import groups, posts, relations
from echo.store.polls import Answers


async def compose(text: str, draft: PostDraft) -> Composed:
    """Make the text ready, or the texts of its blocks. Call it outside of a transaction."""
    texts = [text] if draft.blocks is None else pieces.texts(draft.blocks)
    return await composing.compose(*texts, content_type=draft.content_type)


def new_post(
    author: Account,
    draft: PostDraft,
    composed: Composed,
    *,
    parent: Post | None,
    media: Sequence[Media],
    quote: quotes.Choice | None,
) -> NewPost:
    """What is known of a post of somebody here before its words are checked: everything but these."""
    here = addresses.here()
    post_id = ids.new_id() if draft.written_at is None else ids.id_at(draft.written_at)
    visibility = quotes.narrowed(draft.visibility, quote)
    html = composed.html
    if draft.blocks is not None:
        html = pieces.html_of(draft.blocks, composed.pieces, {file.id: file for file in media})
    if quote is not None:
        html = quotes.line_of(quote.quoted) + html
    return NewPost(
        id=post_id,
        uri=here.post(post_id),
        url=here.post_page(author.username, post_id),
        local=True,
        visibility=visibility,
        created_at=draft.written_at or ids.moment_of(post_id),
        is_past=draft.written_at is not None,
        is_quiet=draft.written_at is not None,
        html=html,
        language=draft.language,
        parent=parent,
        media_ids=[file.id for file in media],
        app_id=draft.app_id,
        hashtags=tuple(composed.hashtags.values()),
        silent_ids=quote.silent_ids if quote else (),
        quote=quote.quoting if quote else None,
        quote_automatic=POLICIES[draft.quote_policy] if visibility in OPEN else (),
        # What answers or quotes a post that never leaves this server would tell of it elsewhere.
        local_only=draft.local_only
        or (parent is not None and parent.local_only)
        or (quote is not None and quote.quoted.local_only),
        content_type=draft.content_type,
        blocks=None if draft.blocks is None else pieces.stored(draft.blocks, composed.pieces),
    )


def _check_past(draft: PostDraft) -> None:
    """Raises Invalid for what cannot have been long ago: it would be told, or has an end."""
    if draft.written_at is None:
        return
    if draft.poll is not None or draft.quote_of_id is not None or draft.visibility == Visibility.DIRECT:
        raise Invalid("Validation failed: Polls, quotes and direct posts cannot be of the past")


def answers(draft: PostDraft) -> Answers | None:
    """What a draft asks. Raises Invalid for a bad poll, for one beside files, and for what cannot be past."""
    _check_past(draft)
    if draft.poll is None:
        return None
    if draft.media_ids:
        raise Invalid("Validation failed: A post has either files or a poll")
    return polls.answers_of(draft.poll)


async def parent_of(author_id: int, draft: PostDraft) -> tuple[Post | None, Held]:
    """What a draft answers, and whether it has to wait for the word of that author.

    Raises:  Forbidden; NotFound when it is unreadable
    """
    if draft.in_reply_to_id is None:
        return None, Held.NOT
    try:
        parent = await posts.get_original(Viewer(author_id), draft.in_reply_to_id)
    except NotFound as error:
        raise NotFound("The post to be answered does not exist") from error
    held = await permissions.require(
        author_id, parent, Interaction.REPLY, may_ask=not (draft.local_only or parent.local_only)
    )
    return parent, held


async def communities(parent: Post | None, visibility: Visibility, mentioned_ids: Sequence[int]) -> list[int]:
    """The communities in which an open reply belongs: those that the post it answers is addressed to."""
    if parent is None or visibility not in OPEN:
        return []
    return [found for found in await groups.addressed_by(parent.id) if found not in mentioned_ids]


async def people(author_id: int, composed: Composed, verdict: Verdict) -> tuple[list[int], list[int]]:
    """Those who are told of a post that names them, and those who may read it alone.

    Who blocks the author is neither: they are named in the text, and not told.
    """
    apart = await relations.estranged(author_id, composed.mentioned_ids)
    near = [account_id for account_id in composed.mentioned_ids if account_id not in apart]
    return ([], near) if Change.UNTELL in verdict.changes else (near, [])
