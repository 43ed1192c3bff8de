"""Emojis that people here put under posts elsewhere."""

from __future__ import annotations

from echo import addresses
from echo.models import Reaction
from echo.store import emojis
from federation import outbox_reactions, recipients
from federation.outbox_reactions import React
from federation.sending import any_post, hand_over, pair_of
from federation.translate.reactions import content_of


async def send_reaction(reaction_id: int) -> None:
    """Tell the author of a post elsewhere of an emoji under it."""
    row = await Reaction.get_or_none(id=reaction_id)
    post = None if row is None else await any_post(row.post_id)
    if row is None or post is None or post.local:
        return
    react = await _react(row.name, row.url, row.uri, as_like=row.as_like)
    pair = pair_of(row.account_id, post.author_uri)
    await hand_over(
        outbox_reactions.reaction(pair, react, target=post.uri), await recipients.of_one(post.author_id)
    )


async def send_unreaction(
    account_id: int, post_id: int, name: str, url: str, uri: str, *, as_like: bool
) -> None:
    """Tell them that it is not there any more."""
    post = await any_post(post_id)
    if post is None or post.local:
        return
    react = await _react(name, url, uri, as_like=as_like)
    pair = pair_of(account_id, post.author_uri)
    await hand_over(
        outbox_reactions.unreaction(pair, react, target=post.uri), await recipients.of_one(post.author_id)
    )


async def _react(name: str, url: str, uri: str, *, as_like: bool) -> React:
    if not url and (found := await emojis.find([name])):
        url = addresses.here().file(found[0]["url"])
    content, pictures = content_of(name, url)
    return React(uri=uri, content=content, emojis=pictures, as_like=as_like)
