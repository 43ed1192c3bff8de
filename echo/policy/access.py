"""What a request may do, decided by its token."""

from __future__ import annotations

from dataclasses import dataclass

from echo.policy.roles import NO_SEAT, Seat
from echo.policy.viewer import NOBODY, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A valid token. Without a user it speaks for the app alone; `refusal` says why the user may not act."""

    token_id: int
    app_id: int | None
    user_id: int | None
    scopes: tuple[str, ...]
    seat: Seat = NO_SEAT
    refusal: str = ""

    @property
    def viewer(self) -> Viewer:
        """Who is looking: the account of the user (it has the user's id), or nobody."""
        return NOBODY if self.user_id is None else Viewer(self.user_id)
