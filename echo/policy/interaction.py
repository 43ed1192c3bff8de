"""What may be done with a post that one can read, and whom one may name."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from echo.errors import Invalid
from echo.kinds import Visibility


class UnexpectedMentions(Invalid):
    """A text names people whom its author did not have in mind; apps ask them then."""

    def __init__(self, account_ids: Sequence[int]) -> None:
        super().__init__("Post would be sent to unexpected accounts")
        self.account_ids = account_ids


def may_boost(visibility: str, *, is_author: bool) -> bool:
    """Open posts by everybody, one's own followers-only posts by oneself, direct posts by nobody."""
    if visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        return True
    return visibility == Visibility.FOLLOWERS and is_author


def require_expected(
    author_id: int, mentioned_ids: Sequence[int], allowed_ids: Collection[int] | None
) -> None:
    """Whether a text names those alone who were allowed; None allows anybody, and oneself is always.

    Raises:  UnexpectedMentions
    """
    if allowed_ids is None:
        return
    unexpected = [i for i in mentioned_ids if i not in allowed_ids and i != author_id]
    if unexpected:
        raise UnexpectedMentions(unexpected)
