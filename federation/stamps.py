"""Stamps: whether the author of a post says that this quote, answer or boost of it is allowed.

Source:  FEP-044f; GoToSocial; security-reliability S-C24
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from activitypub.errors import Malformed
from activitypub.read import read_quote_authorization
from federation.fetch import fetch
from federation.judge import is_same_origin
from federation.network import allow_http

# GoToSocial named them otherwise up to 0.20; up to 0.18 the Accept itself was the proof.
ACCEPT = "Accept"
QUOTE = ("QuoteAuthorization",)
ANSWER = ("ReplyAuthorization", "ReplyApproval", ACCEPT)
BOOST = ("AnnounceAuthorization", "AnnounceApproval", ACCEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That a post may quote another one (answer, boost it), by their ids and that of the other's author."""

    quoting: str
    quoted: str
    author: str


async def holds(stamp_uri: str, claim: Claim, *, kinds: Collection[str] = QUOTE) -> bool:
    """Whether a stamp, asked for where the quoted author lives, says exactly that.

    Raises:  FederationError when it is not given
    """
    if not is_same_origin(stamp_uri, claim.author):
        return False
    document = await fetch(stamp_uri)
    if ACCEPT in kinds and ACCEPT in document.types:
        said = (document.id, document.reference("actor"), document.reference("object"))
        return said == (stamp_uri, claim.author, claim.quoting)
    try:
        stamp = read_quote_authorization(document, kinds=kinds, allow_http=allow_http())
    except Malformed:
        return False
    return (stamp.id, stamp.attributed_to, stamp.interacting_object, stamp.interaction_target) == (
        stamp_uri,
        claim.author,
        claim.quoting,
        claim.quoted,
    )
