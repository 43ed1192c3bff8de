"""Who and what activities point to."""

from __future__ import annotations

from activitypub.document import Document
from activitypub.objects import ObjectRef
from echo import addresses
from echo.models import Account, Post
from echo.store import accounts, posts
from federation.network import is_ours


async def person_here(uri: str | None) -> Account | None:
    """The person of this server with this id."""
    account_id = None if uri is None else addresses.here().actor_id_in(uri)
    found = None if account_id is None else await accounts.find(account_id)
    return found if found is not None and not found.host else None


async def known_post(uri: str | None) -> Post | None:
    """The post with this id, ours or stored; whoever may read it: actions look at that."""
    if uri is None:
        return None
    return await posts.find_by_uri_for_worker(uri)


async def followed_in(ref: ObjectRef) -> tuple[str, int | None, str]:
    """What a Follow that is answered or undone tells: its id, who follows (one of ours), and whom.

    Returns: (id if it is ours or empty, our follower's account id, the followee's id or empty)
    """
    uri = ref.id if ref.id is not None and is_ours(ref.id) else ""
    inner = ref.document
    if inner is None:
        return uri, None, ""
    follower = await person_here(inner.reference("actor"))
    return uri, None if follower is None else follower.id, inner.reference("object") or ""


def kind_of(document: Document | None) -> str:
    """The type of an embedded object, empty for a bare address."""
    return (document.type or "") if document is not None else ""
