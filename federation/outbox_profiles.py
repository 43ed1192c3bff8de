"""What is on profiles besides posts, as activities of people here. Pure, like `federation.outbox`."""

from __future__ import annotations

from activitypub import write
from activitypub.objects import Hashtag, ObjectRef
from activitypub.vocabulary import PUBLIC
from activitypub.write import embedded
from echo import addresses, ids
from echo.store.outbound import Outgoing
from federation.outbox import outgoing


def featured_tag(account_id: int, name: str, shown: str, *, is_featured: bool) -> Outgoing:
    """A hashtag on a profile, or not any more.

    Mastodon knows only one collection to add to, that of pinned posts, and looks at what is added.

    Shapes:  name: folded; shown: as it is written for people
    """
    here = addresses.here()
    put = write.add if is_featured else write.remove
    activity = put(
        activity_id=here.activity("tag" if is_featured else "no-tag", ids.new_id()),
        actor=here.actor(account_id),
        item=tag(name, shown),
        target=here.collection(account_id, "featured"),
        to=(PUBLIC,),
        cc=(here.collection(account_id, "followers"),),
    )
    return outgoing(activity, account_id, key=f"tag {account_id} {name}")


def tag(name: str, shown: str) -> ObjectRef:
    """A hashtag as an object, with the page of its folded name."""
    return embedded(write.hashtag_body(Hashtag(name=shown, href=addresses.here().tag_page(name))))
