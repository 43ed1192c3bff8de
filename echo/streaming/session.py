"""What is known of a socket that said hello."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from echo.policy.presence import Presence


@dataclass(frozen=True, slots=True)
class Votes:
    """How a poll stands. Shapes:  options: votes of each; None while its author hides them"""

    voters: int | None
    total: int
    options: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What is said of the counters of a post."""

    replies: int
    boosts: int
    likes: int
    reactions: int
    reactions_mark: int
    quotes: int
    poll: Votes | None


@dataclass(slots=True, eq=False)
class Session:
    """Shapes:  id: a name for this one socket, so that others can signal to it alone; position: the cursor up
    to which it was told; is_live: whether what is new is told as it comes; acked: the cursor up to which the
    client has taken everything in; watched: posts whose counters are wanted, as they were said; present: who
    is here, as far as it was told; the times are those of the loop, in seconds
    """

    epoch: str
    position: str
    acked: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    is_live: bool = False
    renewed_at: float = 0.0
    acked_at: float = 0.0
    watched: dict[int, Counts] = field(default_factory=dict)
    present: dict[int, Presence] = field(default_factory=dict)

    def learns(self, account_id: int, state: Presence) -> bool:
        """Note what the client is told of somebody; whether it did not know that."""
        if self.present.get(account_id, Presence.OFFLINE) is state:
            return False
        if state is Presence.OFFLINE:
            del self.present[account_id]
        else:
            self.present[account_id] = state
        return True
