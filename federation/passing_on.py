"""Passing on: whoever follows somebody here hears of the replies to them, in the bytes in which they came.

A reply from elsewhere to an open post of somebody here goes to the servers of that person's followers, and so
do its edits and its deletion; if it carries a signature of its own, for nobody believes us. It is passed on
once, never back to where it is from, and never when it is not open itself.

Source:  ActivityPub 7.1.2; what Mastodon forwards
"""

from __future__ import annotations

from activitypub import iri
from activitypub.activities import Activity, Create, Delete, Update
from activitypub.document import Document
from activitypub.signatures.linked_data import BYTES
from echo import clock, settings
from echo.models import Account, Post
from echo.policy.visibility import OPEN
from echo.store import posts, relations
from echo.store.inbound import Stored
from echo.store.outbound import Inbox, Outgoing
from federation import allowance, recipients
from federation.network import is_ours
from federation.outcomes import time_to_live
from federation.reasons import Reason
from federation.written import write_down

# Of one server in a minute; every one goes to many.
OF_ONE_SERVER = 60
# An activity that was processed may be processed again after a fall: passing it on twice passes it on once.
_DONE = frozenset({Reason.EFFECT, Reason.DUPLICATE, Reason.UNKNOWN_OBJECT})


async def consider(
    stored: Stored, document: Document, activity: Activity, actor: Account, reason: Reason
) -> None:
    """Pass an activity on that was just processed, if it is a reply to somebody here or about one."""
    uri = activity.object.id
    if reason not in _DONE or uri is None or not isinstance(activity, Create | Update | Delete):
        return
    if not (document.has("signature") or document.has("proof")) or len(stored.body) > BYTES:
        return
    parent = await _answered(uri, actor)
    if parent is None or not await allowance.allows("passed-on", actor.host, OF_ONE_SERVER):
        return
    inboxes = await recipients.of_followers(parent.author_id)
    await write_down(_as_it_came(stored, activity, parent, uri), _elsewhere(inboxes, actor))


async def _answered(uri: str, actor: Account) -> Post | None:
    """The open post of somebody here to which this post of the actor's is an open reply."""
    reply = await posts.find_with_deleted_for_worker(uri)
    if reply is None or reply.author_id != actor.id or reply.in_reply_to_id is None:
        return None
    parent = await posts.get_unscoped_for_worker(reply.in_reply_to_id)
    if not parent.local or parent.local_only or parent.deleted_at is not None:
        return None
    if reply.visibility not in OPEN or parent.visibility not in OPEN or actor.silenced_at is not None:
        return None
    if await relations.estranged(actor.id, [parent.author_id]):
        return None
    return parent


def _as_it_came(stored: Stored, activity: Activity, parent: Post, uri: str) -> Outgoing:
    return Outgoing(
        uri=f"passed on: {activity.id or stored.uri}"[:2048],
        kind=activity.type,
        sender_id=parent.author_id,
        body=stored.body,
        object_key=uri,
        expires_at=clock.now() + time_to_live(activity.type, settings.here().federation.retry_scale),
    )


def _elsewhere(inboxes: list[Inbox], actor: Account) -> list[Inbox]:
    """Without those on the server it comes from."""
    homes = {iri.host_of(home, allow_http=True) for home in (actor.uri, actor.inbox, actor.shared_inbox)}
    return [inbox for inbox in inboxes if inbox.host not in homes and not is_ours(inbox.url)]
