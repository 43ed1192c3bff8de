"""Stamps: whether the author of a quoted post says that this quote is allowed.

Source:  FEP-044f; security-reliability S-C24
"""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.errors import Malformed
from activitypub.read import read_quote_authorization
from federation.fetch import fetch
from federation.judge import is_same_origin
from federation.network import allow_http


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That a post may quote another one, by their ids and that of the quoted author."""

    quoting: str
    quoted: str
    author: str


async def holds(stamp_uri: str, claim: Claim) -> bool:
    """Whether a stamp, asked for where the quoted author lives, says exactly that.

    Raises:  FederationError when it is not given
    """
    if not is_same_origin(stamp_uri, claim.author):
        return False
    try:
        stamp = read_quote_authorization(await fetch(stamp_uri), allow_http=allow_http())
    except Malformed:
        return False
    return (stamp.id, stamp.attributed_to, stamp.interacting_object, stamp.interaction_target) == (
        stamp_uri,
        claim.author,
        claim.quoting,
        claim.quoted,
    )
