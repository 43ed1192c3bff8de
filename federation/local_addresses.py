"""What of ours stands at an address of this server."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from echo import addresses
from echo.store import accounts


async def account_id(address: str) -> int | None:
    """The account of ours at an address: its id or its page."""
    known_id = addresses.here().actor_id_in(address)
    if known_id is None:
        path = unquote(urlsplit(address).path)
        found = await accounts.find_by_handle(path[2:]) if path.startswith("/@") else None
    else:
        found = await accounts.find(known_id)
    return None if found is None else int(found.id)


def post_id(address: str) -> int | None:
    """The post of ours at an address: its id or its page."""
    here = addresses.here()
    found = here.post_id_in(address)
    if found is None:
        path = urlsplit(address).path
        name, _, last = path.rpartition("/")
        found = here.post_id_in(f"{here.base}/ap/posts/{last}") if name.startswith("/@") else None
    return found
