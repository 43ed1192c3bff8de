"""What is known of a socket that said hello."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Counts:
    """What is said of the counters of a post."""

    replies: int
    boosts: int
    likes: int
    reactions: int
    reactions_mark: int


@dataclass(slots=True, eq=False)
class Session:
    """Shapes:  id: a name for this one socket, so that others can signal to it alone; position: the cursor up
    to which it was told; is_live: whether what is new is told as it comes; acked: the cursor up to which the
    client has taken everything in; watched: posts whose counters are wanted, as they were said; the times are
    those of the loop, in seconds
    """

    epoch: str
    position: str
    acked: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    is_live: bool = False
    renewed_at: float = 0.0
    acked_at: float = 0.0
    watched: dict[int, Counts] = field(default_factory=dict)
