"""Searching for people: by the words of their names, and by a whole handle, asked for at its server."""

from __future__ import annotations

from echo import addresses, ports
from echo.store import accounts, search_accounts
from echo.store.costly import costly
from echo.text import handles

# Nobody pages further than this.
RESULTS_MAX = 400


async def people(
    viewer_id: int | None,
    text: str,
    *,
    limit: int,
    offset: int = 0,
    following_only: bool = False,
    resolve: bool = False,
) -> list[int]:
    """Ids of the people that a text may mean, best first.

    Shapes:  resolve: somebody unknown with a whole handle is asked for at their server
    """
    limit = min(limit, RESULTS_MAX - offset)
    if limit <= 0:
        return []
    async with costly():
        found = await search_accounts.search(
            viewer_id, text, limit=limit, offset=offset, following_only=following_only
        )
    exact = None if offset or following_only else await _by_handle(text, resolve=resolve)
    if exact is not None:
        found = [exact, *(account_id for account_id in found if account_id != exact)]
    return found[:limit]


async def _by_handle(text: str, *, resolve: bool) -> int | None:
    """Who has exactly this handle, with its host."""
    name, domain = handles.split(text)
    if not name or not domain:
        return None
    if addresses.here().is_handle_host(domain):
        local = await accounts.find_by_handle(name)
        return None if local is None or local.suspended_at is not None else local.id
    return await ports.directory().account_by_handle(name, domain) if resolve else None
