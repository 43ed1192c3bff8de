"""The event log of somebody over HTTP, for those who cannot keep a socket open."""

from __future__ import annotations

from msgspec import Struct
from quart import Blueprint, Response, request

from echo import cache, event_log
from echo.errors import Unavailable
from echo.http.access import account_id, current, needs
from echo.http.params import merge
from echo.http.replies import entity
from echo.streaming.following import STREAMS, events_after
from echo.streaming.protocol import Event, Gap

blueprint = Blueprint("streaming_log", __name__)
MOST = 200


class Events(Struct, frozen=True, kw_only=True):
    """What is new. Ask again with `cursor` and `epoch`; at once when there is `more`."""

    epoch: str
    cursor: str
    gap: Gap | None
    more: bool
    events: list[Event]


@blueprint.get("/api/echo/events")
@needs("read:statuses", "read:notifications")
async def events() -> Response:
    """What happened after a cursor; without one, the cursor from which to go on."""
    given = merge(request.args.items(multi=True), (), None)
    after, epoch = given.text("after") or "", given.text("epoch") or ""
    limit = given.integer("limit", 50, minimum=1, maximum=MOST)
    person = account_id()
    try:
        state = await event_log.open_log(person)
        is_known = bool(after) and state.reaches(epoch or state.epoch, after)
        entries = await event_log.read(person, after, limit) if is_known else []
    except cache.OUTAGES as error:
        raise Unavailable(retry_after_seconds=5, detail=f"Redis: {error}") from error
    gap = None
    if after and not is_known:
        last_safe = state.last_safe(epoch or state.epoch, after)
        gap = Gap(streams=STREAMS, last_safe=last_safe, epoch=state.epoch, cursor=state.newest)
    if entries:
        cursor = entries[-1].cursor
    else:
        cursor = after if is_known else state.newest
    found = Events(
        epoch=state.epoch,
        cursor=cursor,
        gap=gap,
        more=len(entries) == limit,
        events=await events_after(current(), entries) if entries else [],
    )
    return entity(found)
