"""Quotes that other servers have a part in: posts of theirs that quote, and what their authors allow."""

from __future__ import annotations

from dataclasses import dataclass

from echo import db
from echo.actions import quotes as own
from echo.actions.drafts import RemotePost
from echo.actions.posting import Quoting
from echo.db import UnitOfWork
from echo.events import QuoteAnswered
from echo.kinds import QuoteState
from echo.models import Account, Post
from echo.policy.quoting import QuoteRight
from echo.policy.viewer import Viewer
from echo.policy.visibility import OPEN
from echo.store import counters, permissions, posts, quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """How somebody elsewhere asked: the id of the request, and that of the post that shall quote."""

    uri: str
    instrument_uri: str


async def receive_request(quoter: Account, quoted: Post, quoting: Post | None, request: Request) -> bool:
    """Answer somebody elsewhere who wants to quote a post of somebody here; again when they ask again.

    Shapes:  quoting: their post, stored, unless the answer is no
    Returns: whether they may
    """
    async with db.unit_of_work() as unit:
        is_accepted = quoting is not None and quoting.quote_state != QuoteState.REVOKED
        stamp_uri = ""
        if quoting is not None and is_accepted:
            stamp_uri = quoting.quote_stamp_uri or own.new_stamp()
            if quoting.quote_state != QuoteState.ACCEPTED or quoting.quote_of_id != quoted.id:
                await quotes.attach(quoting.id, quoted.id, quoted.uri, QuoteState.PENDING)
                await own.believe(unit, quoting, quoted, stamp_uri)
        elif quoting is None:
            known = await posts.find_by_uri_for_worker(request.instrument_uri)
            if known is not None and known.author_id == quoter.id and known.quote_of_id == quoted.id:
                await own.end(unit, known)
        unit.emit(
            QuoteAnswered(
                local=True,
                quoter_id=quoter.id,
                quoted_id=quoted.id,
                instrument_uri=request.instrument_uri,
                request_uri=request.uri,
                stamp_uri=stamp_uri,
            )
        )
    return is_accepted


def of_remote(author: Account, draft: RemotePost, quoted: Post | None) -> Quoting | None:
    """What a post from elsewhere quotes. Only a quote of oneself is believed without a stamp."""
    if not draft.quote_uri:
        return None
    if quoted is None or quoted.boost_of_id is not None:
        return Quoting(uri=draft.quote_uri, state=QuoteState.PENDING)
    is_own = quoted.author_id == author.id
    state = QuoteState.ACCEPTED if is_own else QuoteState.PENDING
    return Quoting(uri=quoted.uri, state=state, post_id=quoted.id)


async def receive_change(author: Account, draft: RemotePost) -> bool:
    """What a post from elsewhere quotes, where it quoted nothing before, and who may quote it.

    Returns: whether something is new; a quote that is there stays, because it was looked at
    """
    async with db.unit_of_work():
        post = await Post.get_or_none(uri=draft.uri, author_id=author.id, deleted_at=None)
        if post is None:
            return False
        is_new = await quotes.set_policy(post.id, draft.quote_automatic, draft.quote_manual)
        is_new |= await permissions.set_policy(post.id, draft.policy)
        if draft.quote_uri and not post.quote_uri:
            quoting = of_remote(author, draft, await posts.find_by_uri_for_worker(draft.quote_uri))
            assert quoting is not None, "it quotes something"
            await quotes.attach(post.id, quoting.post_id, quoting.uri, quoting.state)
            if quoting.state == QuoteState.ACCEPTED and quoting.post_id is not None:
                await counters.count_post_use("quotes", quoting.post_id, 1)
            is_new = True
    return is_new


async def received(unit: UnitOfWork, post: Post, *, is_awaited: bool) -> None:
    """What follows when a post from elsewhere was stored: its own quote counts, and others waited for it.

    Shapes:  is_awaited: whether posts that quote it came before
    """
    if post.quote_state == QuoteState.ACCEPTED and post.quote_of_id is not None:
        await counters.count_post_use("quotes", post.quote_of_id, 1)
    for row in await quotes.waiting_for(post.uri) if is_awaited else ():
        await quotes.attach(row["id"], post.id, post.uri, QuoteState.PENDING)
        if row["author_id"] == post.author_id:
            quoting = await posts.get_unscoped_for_worker(row["id"])
            await own.believe(unit, quoting, post, "")


async def accept(quoting_id: int, stamp_uri: str) -> bool:
    """Believe a quote, whose stamp was fetched from where it belongs; False when that was done before."""
    async with db.unit_of_work() as unit:
        await posts.lock(quoting_id)
        quoting = await posts.get_unscoped_for_worker(quoting_id)
        if quoting.quote_of_id is None or quoting.deleted_at is not None:
            return False
        if quoting.quote_state == QuoteState.ACCEPTED and quoting.quote_stamp_uri == stamp_uri:
            return False
        await own.believe(unit, quoting, await posts.get_unscoped_for_worker(quoting.quote_of_id), stamp_uri)
    return True


async def judge(quoting_id: int, quoted: Post) -> bool:
    """Settle a quote of a post of somebody here, about which nobody asked: by the policy of that post.

    Returns: whether it is allowed now; what is refused may still be asked for
    """
    async with db.unit_of_work() as unit:
        await posts.lock(quoting_id)
        quoting = await posts.get_unscoped_for_worker(quoting_id)
        if quoting.quote_state != QuoteState.PENDING:
            return False
        reader = Viewer(quoting.author_id)
        can_read = await posts.find(reader, quoted.id) is not None and quoted.visibility in OPEN
        if can_read and await quotes.right(reader, quoted.id) == QuoteRight.AUTOMATIC:
            await own.believe(unit, quoting, quoted, own.new_stamp())
            return True
        await own.end(unit, quoting)
    return False


async def refuse(quoting_id: int) -> bool:
    """The quoted author does not want a quote, or not any more."""
    async with db.unit_of_work() as unit:
        await posts.lock(quoting_id)
        return await own.end(unit, await posts.get_unscoped_for_worker(quoting_id))


async def receive_revocation(author: Account, stamp_uri: str) -> bool:
    """The quoted author's server took a stamp back; True when it was one that we know."""
    quoting = await quotes.find_by_stamp(stamp_uri)
    if quoting is None or quoting.quote_of_id is None:
        return False
    quoted = await posts.get_unscoped_for_worker(quoting.quote_of_id)
    return quoted.author_id == author.id and await refuse(quoting.id)
