"""Link previews: looks at what posts link to."""

from __future__ import annotations

from echo.actions import cards
from echo.runtime import Runtime
from echo.search import entries
from federation import previews
from federation.errors import Unreachable
from workers.later import Again


async def look(_: Runtime, *, post_id: int, url: str) -> None:
    """Show the preview of a page with a post. Errors of the page's server are tried again a few times.

    Raises:  Again when that server cannot be reached
    """
    if await cards.show_known(post_id, url):
        await entries.put([post_id])  # what it shows can be searched for
        return
    try:
        found = await previews.look(url)
    except Unreachable as error:
        raise Again(error.detail or "it cannot be reached") from error
    author_id = await cards.author_of(found.facts) if found else None
    card_id = await cards.keep(
        url, found.facts if found else None, found.image if found else b"", author_id=author_id
    )
    if card_id is not None:
        await cards.show(post_id, url, card_id)
        await entries.put([post_id])


JOBS = {"cards.look": look}
