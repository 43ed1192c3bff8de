"""Who may say what: judged on the activity alone, before any key, row or network is asked.

Nothing is believed about an origin except from that origin. An actor speaks for what lies on its own.
"""

from __future__ import annotations

from activitypub import iri
from activitypub.activities import (
    NOTHING,
    Activity,
    Announce,
    Create,
    Delete,
    Follow,
    Like,
    QuoteRequest,
    Undo,
    Unknown,
    Update,
)
from activitypub.document import Document
from federation.network import allow_http
from federation.reasons import Reason

# These are stored under their id, or answered by it.
_NEED_AN_ID = (Follow, Like, Announce, QuoteRequest)
_ABOUT_THEIR_OWN = (Create, Update, Delete)


def objection(activity: Activity, *, key_id: str) -> Reason:
    """Why this activity can have no effect, signed with this key; EFFECT when nothing speaks against it.

    Source:  FEP-fe34; security-reliability S-A04, S-C01, S-C03, S-C04
    """
    if not is_same_origin(key_id, activity.actor):
        return Reason.FORWARDED
    if activity.object == NOTHING and not isinstance(activity, Unknown):
        return Reason.NO_OBJECT
    if activity.id is None and isinstance(activity, _NEED_AN_ID):
        return Reason.NO_ID
    if activity.id is not None and not is_same_origin(activity.id, activity.actor):
        return Reason.FOREIGN_ID
    if isinstance(activity, _ABOUT_THEIR_OWN):
        about = activity.object.id
        if about is None:
            return Reason.NO_ID
        if not is_same_origin(about, activity.actor):
            return Reason.FOREIGN_OBJECT
    if isinstance(activity, Undo) and not _is_own(activity):
        return Reason.FOREIGN_OBJECT
    return Reason.EFFECT


def may_be_asked_for(document: Document, activity: Activity) -> bool:
    """Whether a forwarded activity is worth asking its origin about.

    Servers forward replies and deletions in a thread, with a signature inside; that is not believed, but it
    tells an honest forwarder from somebody who merely names another actor.
    """
    has_signature = document.has("signature") or document.has("proof")
    return has_signature and names_their_own(activity)


def names_their_own(activity: Activity) -> bool:
    """Whether it is about something of the actor's, whose origin can be asked."""
    return isinstance(activity, _ABOUT_THEIR_OWN) and activity.object.id is not None


def is_own_end(activity: Activity) -> bool:
    """Whether somebody says that they themselves are gone."""
    return isinstance(activity, Delete) and activity.object.id == activity.actor


def is_about_oneself(activity: Activity) -> bool:
    """Whether somebody says that they themselves are gone, or not as they were."""
    return isinstance(activity, Delete | Update) and activity.object.id == activity.actor


def is_same_origin(first: str, second: str) -> bool:
    """Whether two addresses belong to one origin."""
    return iri.same_origin(first, second, allow_http=allow_http())


def _is_own(activity: Undo) -> bool:
    """Whether what is undone was done by the one who undoes it, as far as the activity tells."""
    if activity.object.id is not None and not is_same_origin(activity.object.id, activity.actor):
        return False
    inner = activity.object.document
    actor = None if inner is None else inner.reference("actor")
    return actor is None or actor == activity.actor
