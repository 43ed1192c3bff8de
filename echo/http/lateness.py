"""Which requests may read from a replica: those that change nothing, of people who changed nothing lately."""

from __future__ import annotations

from quart import Quart, Response, g, request

from echo import replica
from echo.policy.access import Access

_CHANGE_NOTHING = frozenset({"GET", "HEAD"})


def install(app: Quart) -> None:
    """Say before each request whether it may read late, and note after it who has written."""

    @app.before_request
    async def begin() -> None:
        if request.method in _CHANGE_NOTHING:
            replica.reading(_who)

    @app.after_request
    async def note(response: Response) -> Response:
        if request.method not in _CHANGE_NOTHING:
            account_id = _who()
            if account_id:
                await replica.note_write(account_id)
        return response


def _who() -> int | None:
    """Whose request this is, 0 for nobody's. None for a browser: who sits there is not known here."""
    access: Access | None = g.get("access")
    if access is not None:
        return access.user_id or 0
    return None if request.cookies else 0
