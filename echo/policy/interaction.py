"""What may be done with a post that one can read."""

from __future__ import annotations

from echo.kinds import Visibility


def may_boost(visibility: str, *, is_author: bool) -> bool:
    """Open posts by everybody, one's own followers-only posts by oneself, direct posts by nobody."""
    if visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        return True
    return visibility == Visibility.FOLLOWERS and is_author
