"""Rows that leave because of quotes and pins."""

from __future__ import annotations

from activitypub.activities import QuoteRequest
from activitypub.objects import ObjectRef
from echo import addresses
from echo.kinds import QuoteState
from echo.policy.visibility import OPEN
from federation import outbox, recipients
from federation.sending import elsewhere, hand_over, pair_of, post_here


async def send_pin(post_id: int) -> None:
    """Tell followers that a post is on top of a profile. Of others than open posts nobody is told."""
    await _send_pin(post_id, is_pinned=True)


async def send_unpin(post_id: int) -> None:
    """Tell them that it is not any more."""
    await _send_pin(post_id, is_pinned=False)


async def send_quote_request(post_id: int) -> None:
    """Ask the author of a post elsewhere whether it may be quoted."""
    source = await post_here(post_id)
    if source is None or source.deleted_at is not None or source.quote is None:
        return
    quote = source.quote
    if quote.state == QuoteState.PENDING and quote.author_id is not None and quote.author_uri is not None:
        await hand_over(
            outbox.quote_request(source, quoted=quote.uri, author=quote.author_uri),
            await recipients.of_one(quote.author_id),
        )


async def send_quote_answer(
    quoter_id: int, quoted_id: int, instrument_uri: str, request_uri: str, stamp_uri: str
) -> None:
    """Tell somebody elsewhere whether they may quote a post of somebody here."""
    theirs, quoted = await elsewhere(quoter_id), await post_here(quoted_id)
    if theirs is None or quoted is None:
        return
    request = QuoteRequest(
        id=request_uri,
        actor=theirs.uri,
        object=ObjectRef(id=quoted.uri),
        instrument=ObjectRef(id=instrument_uri),
    )
    await hand_over(
        outbox.quote_answer(pair_of(quoted.author_id, theirs.uri), request=request, stamp_uri=stamp_uri),
        await recipients.of_one(theirs.id),
    )


async def send_quote_end(post_id: int, quoter_id: int, stamp_uri: str) -> None:
    """Tell those who may have believed a stamp that it is void: the quoter, and everybody with the post."""
    quoted = await post_here(post_id)
    if quoted is None or not stamp_uri:
        return
    inboxes = [*await recipients.of_one(quoter_id), *await recipients.of_deletion(quoted)]
    pair = pair_of(quoted.author_id, addresses.here().actor(quoted.author_id))
    await hand_over(outbox.quote_end(pair, stamp_uri=stamp_uri), list(dict.fromkeys(inboxes)))


async def _send_pin(post_id: int, *, is_pinned: bool) -> None:
    source = await post_here(post_id)
    if source is not None and source.deleted_at is None and source.visibility in OPEN:
        await hand_over(
            outbox.pin(source, is_pinned=is_pinned), await recipients.of_followers(source.author_id)
        )
