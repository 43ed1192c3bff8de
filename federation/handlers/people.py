"""Who and what activities point to."""

from __future__ import annotations

from activitypub.document import Document
from activitypub.objects import ObjectRef
from echo import addresses
from echo.models import Account, Post
from echo.policy.viewer import Viewer
from echo.store import accounts, posts
from federation.network import is_ours
from federation.reasons import Reason


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


async def why_not(actor: Account, post: Post) -> Reason:
    """Why nothing came of what somebody did with a post: they may not read it, or had done it before."""
    is_readable = await posts.find(Viewer(actor.id), post.id) is not None
    return Reason.DUPLICATE if is_readable else Reason.UNREADABLE


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


async def asked_quote(ref: ObjectRef, actor: Account) -> Post | Reason | None:
    """The post of ours that asked this actor to be allowed to quote, named by our request or by itself.

    Returns: a reason when the actor is not the one who was asked; None when it is no such request
    """
    here, inner = addresses.here(), ref.document
    if kind_of(inner) not in ("", "QuoteRequest"):
        return None
    quoting_id = None if ref.id is None else here.quote_request_in(ref.id)
    if quoting_id is None and inner is not None:
        quoting_id = here.post_id_in(inner.reference("instrument") or "")
    if quoting_id is None:
        return None if inner is None else Reason.UNKNOWN_OBJECT
    found = await Post.get_or_none(id=quoting_id, local=True, deleted_at=None)
    if found is None or found.quote_of_id is None:
        return Reason.UNKNOWN_OBJECT
    quoted = await posts.get_unscoped_for_worker(found.quote_of_id)
    return found if quoted.author_id == actor.id else Reason.FOREIGN_OBJECT


def own_post_in(uri: str) -> int | None:
    """The id of an answer or a boost of ours."""
    here = addresses.here()
    post_id = here.post_id_in(uri)
    return here.boost_id_in(uri) if post_id is None else post_id


def asked_leave(ref: ObjectRef) -> str | None:
    """The id of what somebody here did and an author elsewhere answers: a like, an answer or a boost of ours.

    It is named itself, or stands as the instrument of a request (GoToSocial).
    """
    inner = ref.document
    uri = ref.id
    if inner is not None and (inner.type or "").endswith("Request"):
        uri = inner.reference("instrument")
    return uri if uri is not None and is_ours(uri) else None


def kind_of(document: Document | None) -> str:
    """The type of an embedded object, empty for a bare address."""
    return (document.type or "") if document is not None else ""
