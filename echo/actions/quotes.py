"""Quotes: who may quote what, what becomes of a quote, and taking it back.

A quote is accepted at once where the quoted author is here and has said so, or quotes themselves. Elsewhere
the author's server is asked, and answers with a stamp: a document that says that this quote is allowed.
Source:  FEP-044f
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from echo import addresses, db
from echo.actions.notify import take_back, tell
from echo.actions.posting import Quoting
from echo.db import UnitOfWork
from echo.errors import Forbidden, Invalid, NotFound
from echo.events import PolicyChanged, QuoteAsked, QuoteChanged, QuoteRevoked
from echo.kinds import NotificationKind, QuoteState, Visibility
from echo.models import Post
from echo.policy.quoting import POLICIES, QuoteRight
from echo.policy.viewer import Viewer
from echo.policy.visibility import OPEN
from echo.store import counters, notifications, posts, quotes
from echo.text.markup import quote_line

_UNKNOWN = "The post to be quoted does not exist"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a new post of somebody here quotes: the post, and whether its author has to be asked."""

    quoted: Post
    quoting: Quoting
    silent_ids: tuple[int, ...]


async def choose(
    author_id: int,
    post_id: int | None,
    *,
    visibility: Visibility,
    mentioned_ids: Sequence[int],
    stays_here: bool = False,
) -> Choice | None:
    """The post that a new post shall quote; None when it quotes none. A boost stands for what it boosts.

    Shapes:  stays_here: nobody elsewhere may hear of it, so nobody there can be asked
    Raises:  NotFound when it may not be read or quoted; Invalid when a direct post does not name its author
    """
    if post_id is None:
        return None
    try:
        quoted = await posts.get_original(Viewer(author_id), post_id)
    except NotFound as error:
        raise NotFound(_UNKNOWN) from error
    is_own = quoted.author_id == author_id
    right = await quotes.right(Viewer(author_id), quoted.id)
    if right == QuoteRight.DENIED or not (is_own or quoted.visibility in OPEN):
        raise NotFound(_UNKNOWN)
    if visibility == Visibility.DIRECT and not is_own and quoted.author_id not in mentioned_ids:
        raise Invalid("Validation failed: A direct post can only quote people whom it names")
    is_settled = quoted.local or stays_here
    is_accepted = is_own or (is_settled and right == QuoteRight.AUTOMATIC)
    unsettled = QuoteState.REJECTED if stays_here and not quoted.local else QuoteState.PENDING
    quoting = Quoting(
        uri=quoted.uri,
        state=QuoteState.ACCEPTED if is_accepted else unsettled,
        post_id=quoted.id,
        stamp_uri=new_stamp() if is_accepted and quoted.local and not is_own else "",
    )
    return Choice(
        quoted,
        quoting,
        # The quoted author may read what is said about them.
        () if is_own or quoted.author_id in mentioned_ids else (quoted.author_id,),
    )


def narrowed(visibility: Visibility, choice: Choice | None) -> Visibility:
    """Who may read a post that quotes: nobody who may not read what it quotes."""
    if choice is not None and choice.quoted.visibility == Visibility.FOLLOWERS and visibility in OPEN:
        return Visibility.FOLLOWERS
    return visibility


async def published(unit: UnitOfWork, post: Post, choice: Choice) -> None:
    """What follows when a post of somebody here quotes another: it is counted and told, or asked for."""
    if choice.quoting.state == QuoteState.ACCEPTED:
        await count(unit, post, choice.quoted)
    elif choice.quoting.state == QuoteState.PENDING:
        unit.emit(QuoteAsked(local=True, post_id=post.id))


async def published_late(unit: UnitOfWork, post: Post) -> None:
    """The same for a post that was held back when it was written."""
    quoted = await Post.get_or_none(id=post.quote_of_id) if post.quote_of_id is not None else None
    if quoted is not None and post.quote_state == QuoteState.ACCEPTED:
        await count(unit, post, quoted)
    elif post.quote_state == QuoteState.PENDING:
        unit.emit(QuoteAsked(local=True, post_id=post.id))


def line_of(quoted: Post) -> str:
    """What stands before the text for those who show no quotes."""
    return quote_line(quoted.url or quoted.uri)


async def line_again(post: Post) -> str:
    """The same for a post that is edited; empty when it quotes nothing."""
    if not post.quote_uri:
        return ""
    quoted = await Post.get_or_none(id=post.quote_of_id) if post.quote_of_id is not None else None
    return line_of(quoted) if quoted is not None else quote_line(post.quote_uri)


async def revoke(account_id: int, post_id: int, quoting_id: int) -> Post:
    """Take back that a post of one's own may be quoted by another one.

    Returns: the quoting post
    Raises:  NotFound when there is no such quote to be seen; Forbidden when the quoted post is another's
    """
    async with db.unit_of_work() as unit:
        quoted = await posts.get(Viewer(account_id), post_id)
        if quoted.author_id != account_id:
            raise Forbidden
        quoting = await quotes.find(quoting_id, quoted.id)
        if quoting is None or await posts.find(Viewer(account_id), quoting_id) is None:
            raise NotFound
        if await end(unit, quoting) and quoting.author_id != account_id:
            unit.emit(
                QuoteRevoked(
                    local=True,
                    post_id=quoted.id,
                    quoter_id=quoting.author_id,
                    stamp_uri=quoting.quote_stamp_uri,
                )
            )
    return quoting


async def set_policy(account_id: int, post_id: int, policy: str) -> Post:
    """Say who may quote a post of one's own from now on; posts that not everybody may read stay closed.

    Raises:  NotFound when it may not be read; Forbidden when it is another's
    """
    async with db.unit_of_work() as unit:
        post = await posts.get(Viewer(account_id), post_id)
        if post.author_id != account_id or post.boost_of_id is not None:
            raise Forbidden
        await change_policy(unit, post, policy)
    return post


async def change_policy(unit: UnitOfWork, post: Post, policy: str | None) -> None:
    """The same for a post that is being changed; None keeps it."""
    if policy is None:
        return
    automatic = POLICIES[policy] if post.visibility in OPEN else ()
    if await quotes.set_policy(post.id, automatic, ()):
        unit.emit(PolicyChanged(local=True, post_id=post.id))


async def tell_quoters(unit: UnitOfWork, quoted: Post) -> None:
    """Tell people here who quote a post that it says something else now."""
    for row in await quotes.quoters(quoted.id):
        await notifications.delete_one_kind(quoted.author_id, row["id"], NotificationKind.QUOTED_EDIT)
        await tell(unit, [row["author_id"]], NotificationKind.QUOTED_EDIT, quoted.author_id, row["id"])


async def uncount(post: Post) -> None:
    """A post that is deleted quotes nothing any more."""
    if post.quote_state == QuoteState.ACCEPTED and post.quote_of_id is not None:
        await counters.count_post_use("quotes", post.quote_of_id, -1)


async def believe(unit: UnitOfWork, quoting: Post, quoted: Post, stamp_uri: str) -> None:
    """A quote is allowed: it is shown, counted and told."""
    is_new = quoting.quote_state != QuoteState.ACCEPTED
    await quotes.settle(quoting.id, QuoteState.ACCEPTED, stamp_uri=stamp_uri)
    if is_new:
        await count(unit, quoting, quoted)
    unit.emit(QuoteChanged(local=quoting.local, post_id=quoting.id))


async def count(unit: UnitOfWork, quoting: Post, quoted: Post) -> None:
    """Count a quote, and tell the quoted author."""
    await counters.count_post_use("quotes", quoted.id, 1)
    await tell(unit, [quoted.author_id], NotificationKind.QUOTE, quoting.author_id, quoting.id)


async def end(unit: UnitOfWork, quoting: Post) -> bool:
    """What was accepted is revoked, what was waiting is rejected; False when that was so before."""
    ended = {QuoteState.ACCEPTED: QuoteState.REVOKED, QuoteState.PENDING: QuoteState.REJECTED}
    state = QuoteState(quoting.quote_state) if quoting.quote_state else None
    if state not in ended or quoting.quote_of_id is None:
        return False
    await quotes.settle(quoting.id, ended[state])
    if state == QuoteState.ACCEPTED:
        await counters.count_post_use("quotes", quoting.quote_of_id, -1)
        await take_back(unit, quoting.author_id, quoting.id, NotificationKind.QUOTE)
    unit.emit(QuoteChanged(local=quoting.local, post_id=quoting.id))
    return True


def new_stamp() -> str:
    """The address of a new stamp: whoever is told it may see that the quote is allowed."""
    return addresses.here().stamp(secrets.token_urlsafe(18))
