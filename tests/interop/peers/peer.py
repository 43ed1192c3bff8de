"""What a story asks of a server of another make."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

# Which rows a make can be asked for: those of people, of communities, of documents, of relays.
PEOPLE, GROUPS, DOCUMENTS, RELAYS = "people", "groups", "documents", "relays"


class NotSupported(Exception):
    """The peer has no way to do or to show this; the message says what is missing."""


class Peer(Protocol):
    """One account on a running server of another make.

    Every address is an id on the wire. What the peer cannot do raises NotSupported.
    """

    handle: str

    def find(self, handle: str) -> str:
        """Look somebody up by handle; their id."""

    def follow(self, actor: str) -> None: ...
    def unfollow(self, actor: str) -> None: ...
    def follows(self, actor: str) -> bool:
        """Whether the peer knows that its follow was accepted."""

    def is_followed_by(self, actor: str) -> bool: ...
    def lock(self, *, on: bool) -> None: ...
    def accept(self, actor: str) -> None: ...
    def post(
        self,
        text: str,
        *,
        warning: str = "",
        media: str = "",
        poll: list[str] | None = None,
        reply_to: str = "",
        mention: tuple[str, str] | None = None,
        direct: bool = False,
    ) -> str:
        """Publish; the id.

        Shapes:  media: the description of one picture; mention: an actor and the handle
        """

    def edit(self, post: str, text: str) -> None: ...
    def delete(self, post: str) -> None: ...
    def like(self, post: str) -> Any: ...
    def unlike(self, post: str, like: Any) -> None: ...
    def boost(self, post: str) -> Any: ...
    def unboost(self, post: str, boost: Any) -> None: ...
    def vote(self, question: str, option: str) -> None: ...
    def block(self, actor: str) -> None: ...
    def shows(self, post: str, *parts: str) -> bool:
        """Whether the peer has this post of Echo, with all these words in it."""

    def has_lost(self, post: str) -> bool:
        """Whether a post that it had is gone."""

    def was_told(self, kind: str, about: str) -> bool:
        """Whether an activity of this kind about this id has arrived and was believed.

        Shapes:  kind: as on the wire, `Undo Like` for the undoing of one
        """


@dataclass(frozen=True, slots=True)
class Make:
    """A kind of server that the story knows how to have.

    Shapes:  name: the folder below the peers' folder where get_peers.py puts it;
    open: runs it, given that folder, a work folder, its host and a port;
    differs: rows of the story that fail for a reason that is the peer's, and the reason;
    others: what else it opens, the host and the port of each; fewest: rows that must work
    """

    name: str
    title: str
    host: str
    open: Callable[[Path, Path, str, int], AbstractContextManager[Any]]
    version: Callable[[Path], str]
    stories: tuple[str, ...] = (PEOPLE,)
    differs: dict[str, str] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    fewest: int = 12
