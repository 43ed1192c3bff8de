"""What actors do, typed. `type` is the class; what no class is for is `Unknown`."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from activitypub.objects import Emoji, ObjectRef

#: What a missing object reads as.
NOTHING: Final = ObjectRef()


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody did something with an object.

    Shapes:  id: absent on some Blocks and Undos; object: the first one, NOTHING when none is named, the
             others in `more_objects` (Flag; GoToSocial's votes); to, cc: Public in its full spelling
    """

    actor: str
    id: str | None = None
    object: ObjectRef = NOTHING
    more_objects: tuple[ObjectRef, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    published: datetime | None = None

    @property
    def type(self) -> str:
        """The name on the wire."""
        return type(self).__name__

    @property
    def objects(self) -> tuple[ObjectRef, ...]:
        """All objects, the first included."""
        return (self.object, *self.more_objects)


class Follow(Activity, frozen=True, kw_only=True):
    pass


class Accept(Activity, frozen=True, kw_only=True):
    """`result` is the proof of approval that some requests are answered with (FEP-044f)."""

    result: str | None = None


class Reject(Activity, frozen=True, kw_only=True):
    pass


class Undo(Activity, frozen=True, kw_only=True):
    pass


class Create(Activity, frozen=True, kw_only=True):
    pass


class Update(Activity, frozen=True, kw_only=True):
    pass


class Delete(Activity, frozen=True, kw_only=True):
    pass


class Like(Activity, frozen=True, kw_only=True):
    """With `content` it is an emoji reaction (FEP-c0e0)."""

    content: str | None = None
    emojis: tuple[Emoji, ...] = ()


class EmojiReact(Like, frozen=True, kw_only=True):
    pass


class Dislike(Activity, frozen=True, kw_only=True):
    pass


class Announce(Activity, frozen=True, kw_only=True):
    """`authorization` is where the author says that the post may be boosted so (GoToSocial)."""

    authorization: str | None = None


class Block(Activity, frozen=True, kw_only=True):
    """A person blocks a person; with `target` it is a ban from a community (Lemmy)."""

    target: str | None = None


class Flag(Activity, frozen=True, kw_only=True):
    content: str | None = None


class Move(Activity, frozen=True, kw_only=True):
    target: str | None = None


class Add(Activity, frozen=True, kw_only=True):
    target: str | None = None


class Remove(Activity, frozen=True, kw_only=True):
    target: str | None = None


class InteractionRequest(Activity, frozen=True, kw_only=True):
    """Asks for leave to do something with `object`; `instrument` is what shall be done (GoToSocial)."""

    instrument: ObjectRef = NOTHING


class QuoteRequest(InteractionRequest, frozen=True, kw_only=True):
    """Asks to quote `object`; `instrument` is the quoting post (FEP-044f)."""


class LikeRequest(InteractionRequest, frozen=True, kw_only=True):
    pass


class ReplyRequest(InteractionRequest, frozen=True, kw_only=True):
    pass


class AnnounceRequest(InteractionRequest, frozen=True, kw_only=True):
    pass


class Unknown(Activity, frozen=True, kw_only=True):
    """An activity of a type we have no class for."""

    type_name: str = ""

    @property
    def type(self) -> str:
        """The name on the wire; empty when there was none."""
        return self.type_name


_CLASSES: Final[tuple[type[Activity], ...]] = (
    Follow,
    Accept,
    Reject,
    Undo,
    Create,
    Update,
    Delete,
    Like,
    EmojiReact,
    Dislike,
    Announce,
    Block,
    Flag,
    Move,
    Add,
    Remove,
    QuoteRequest,
    LikeRequest,
    ReplyRequest,
    AnnounceRequest,
)
ACTIVITY_CLASSES: Final[dict[str, type[Activity]]] = {kind.__name__: kind for kind in _CLASSES}
