"""Pages of what somebody reads, for clients that were told of a gap."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from echo.errors import NotFound
from echo.ids import parse_id
from echo.policy.access import Access
from echo.render import status
from echo.store import home, lists
from echo.store.cursor import Cursor
from echo.streaming.methods.method import Method, OptionalId, optional_id


class PageParams(Struct, frozen=True, kw_only=True):
    """The parameters of the same page over HTTP."""

    timeline: Literal["home", "list"] = "home"
    list: str = ""
    limit: Annotated[int, Meta(ge=1, le=40)] = 20
    max_id: OptionalId = ""
    since_id: OptionalId = ""
    min_id: OptionalId = ""


async def page(access: Access, asked: PageParams) -> object:
    """Posts, newest first."""
    account_id = access.user_id or 0
    cursor = Cursor(
        limit=asked.limit,
        max_id=optional_id(asked.max_id),
        since_id=optional_id(asked.since_id),
        min_id=optional_id(asked.min_id),
    )
    if asked.timeline == "list":
        number = parse_id(asked.list)
        if number is None:
            raise NotFound
        ids = await lists.FEED.page((await lists.get(account_id, number)).id, cursor)
    else:
        ids = await home.page(account_id, cursor)
    return [Raw(post) for post in await status.many(access.viewer, ids, hide_muted=True)]


METHODS = {"timeline.page": Method(PageParams, "read:statuses", page)}
