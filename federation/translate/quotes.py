"""Who may quote a post, on the wire and here."""

from __future__ import annotations

from collections.abc import Iterable

from activitypub.objects import Approval
from activitypub.vocabulary import PUBLIC
from echo import addresses
from echo.kinds import Quoter
from echo.models import Account
from echo.store.federation_reads import PostSource


def quoters_of(people: Iterable[str], author: Account) -> tuple[Quoter, ...]:
    """The people of one list of an author's policy; the author is always meant, and not named."""
    known = {PUBLIC: Quoter.PUBLIC}
    if author.followers_uri:
        known[author.followers_uri] = Quoter.FOLLOWERS
    if author.following_uri:
        known[author.following_uri] = Quoter.FOLLOWING
    named = (known.get(uri, Quoter.OTHERS) for uri in people if uri != author.uri)
    return tuple(dict.fromkeys(named))


def approval_of(source: PostSource) -> Approval:
    """The policy of a post of ours. Nobody but the author is said by naming the author."""
    here = addresses.here()
    addressed = {
        Quoter.PUBLIC: PUBLIC,
        Quoter.FOLLOWERS: here.collection(source.author_id, "followers"),
        Quoter.FOLLOWING: here.collection(source.author_id, "following"),
    }
    named = (addressed[Quoter(word)] for word in source.quote_automatic)
    return Approval(automatic=tuple(named) or (source.author_uri,))
