"""The story that Echo and a server of another make live through: every row in both directions.

A row is one thing that people do. It works, or the peer has no way to do it, or it differs and says how.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.e2e.servers import Person, Server, eventually, never
from tests.interop.peers.peer import PEOPLE, NotSupported
from tests.interop.picture import picture

WAIT_SECONDS = 15.0
WORKS, MISSING, DIFFERS = "works", "not supported by the peer", "differs"
# Which side acts.
OURS, THEIRS = "Echo → peer", "peer → Echo"


@dataclass(slots=True)
class Row:
    """What was seen of one thing in one direction."""

    name: str
    direction: str
    result: str
    note: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Scene:
    """Who is there, and what earlier rows left for later ones."""

    echo: Server
    peer: Any
    alice: Person
    lola: Person
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def alice_id(self) -> str:
        return f"{self.echo.url}/users/alice" if "alice_id" not in self.kept else str(self.kept["alice_id"])

    def them(self, person: Person | None = None) -> Any:
        """The peer's account as Echo shows it."""
        return (person or self.alice).find(self.peer.handle)

    def received(self, post: str) -> Any:
        """A post of the peer in alice's home, found by its id."""
        for status in self.alice.client.timeline_home(limit=40):
            if status.uri == post:
                return status
        return None

    def now(self, post: str) -> Any:
        """How Echo shows a post of the peer that it has."""
        return self.alice.client.status(self.kept[post])


Play = Callable[[Scene], None]
ROWS: list[tuple[str, str, str, Play]] = []


def row(name: str, direction: str, *, story: str = PEOPLE) -> Callable[[Play], Play]:
    """A thing that people do, in one direction; rows are played in the order in which they are written."""

    def keep(play: Play) -> Play:
        ROWS.append((story, name, direction, play))
        return play

    return keep


def play_all(scene: Scene, stories: tuple[str, ...]) -> list[dict[str, Any]]:
    """Play every row of these stories, whatever became of those before it."""
    seen = []
    for _, name, direction, play in (one for one in ROWS if one[0] in stories):
        begun = time.monotonic()
        result, note = WORKS, ""
        try:
            play(scene)
        except NotSupported as missing:
            result, note = MISSING, str(missing)
        except Exception as error:
            result = DIFFERS
            place = traceback.extract_tb(error.__traceback__)
            line = next((one for one in reversed(place) if "rows" in one.filename), place[-1])
            note = f"{type(error).__name__}: {error} at {line.name}: {line.line}"
        seen.append(asdict(Row(name, direction, result, note[:700], round(time.monotonic() - begun, 1))))
    return seen


def within(check: Callable[[], Any]) -> Any:
    """What a check finds, as soon as it finds something."""
    return eventually(check, seconds=WAIT_SECONDS)


def stays(check: Callable[[], Any]) -> None:
    """A check that must go on finding nothing for a moment."""
    never(check, seconds=2.0)


def upload(person: Person, description: str) -> Any:
    """A picture that this person may attach."""
    return person.client.media_post(picture(), mime_type="image/png", description=description)
