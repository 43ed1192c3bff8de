"""From a draft of somebody here to a post that can be stored."""

from __future__ import annotations

from collections.abc import Sequence

from echo import addresses, ids
from echo.actions import composing, pieces, quotes
from echo.actions.composing import Composed
from echo.actions.drafts import PostDraft
from echo.actions.posting import NewPost
from echo.models import Account, Media, Post
from echo.policy.quoting import POLICIES
from echo.policy.visibility import OPEN


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
    post_id, here = ids.new_id(), addresses.here()
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
        created_at=ids.moment_of(post_id),
        html=html,
        language=draft.language,
        parent=parent,
        media_ids=[file.id for file in media],
        app_id=draft.app_id,
        hashtags=composed.hashtags,
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
