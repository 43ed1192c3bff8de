"""Short collections of others: what stands on top of a profile, its hashtags, who leads a community."""

from __future__ import annotations

from activitypub.document import Document
from activitypub.objects import Collection, ObjectRef
from activitypub.read import read_collection
from echo.models import Account
from federation.fetch import collection
from federation.judge import is_same_origin
from federation.network import allow_http


async def items(place: str, owner: Account, *, at_most: int) -> tuple[ObjectRef, ...]:
    """What a collection on an account's own server holds: two documents at most are asked for.

    Raises:  FederationError; Malformed for what is no collection
    """
    if not is_same_origin(place, owner.uri):
        return ()
    found = _read(await collection(place), at_most)
    if found.items or found.first is None:
        return found.items
    if found.first.document is not None:
        return _read(found.first.document, at_most).items
    if found.first.id is None or not is_same_origin(found.first.id, owner.uri):
        return ()
    return _read(await collection(found.first.id), at_most).items


def _read(document: Document, at_most: int) -> Collection:
    return read_collection(document, at_most=at_most, allow_http=allow_http())
