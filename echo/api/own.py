"""Oneself: preferences, markers."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import markers
from echo.http.access import account_id, needs
from echo.http.reading import params
from echo.http.replies import entity
from echo.policy import preferences
from echo.render import marker
from echo.render.status_core import WIRE_VISIBILITY
from echo.store import accounts
from echo.store import markers as store

blueprint = Blueprint("own", __name__)
TIMELINES = ("home", "notifications")


@blueprint.get("/api/v1/preferences")
@needs("read:accounts")
async def show_preferences() -> Response:
    """What one chose for posting and reading."""
    chosen = preferences.read((await accounts.user(account_id())).settings)
    document = {
        "posting:default:visibility": WIRE_VISIBILITY[chosen.visibility],
        "posting:default:sensitive": chosen.sensitive,
        "posting:default:language": chosen.language,
        "posting:default:quote_policy": chosen.quote_policy,
        "reading:expand:media": chosen.expand_media,
        "reading:expand:spoilers": chosen.expand_spoilers,
        "reading:autoplay:gifs": chosen.autoplay,
    }
    return entity(document)


@blueprint.get("/api/v1/markers")
@needs("read:statuses")
async def show_markers() -> Response:
    """How far timelines were read; `{}` when nothing was stored."""
    wanted = (await params()).list("timeline") or TIMELINES
    rows = await store.of(account_id())
    return entity(marker.by_timeline([row for row in rows if row["timeline"] in wanted]))


@blueprint.post("/api/v1/markers")
@needs("write:statuses")
async def set_markers() -> Response:
    """Remember how far a timeline was read."""
    given = await params()
    stored = []
    for timeline in TIMELINES:
        last_read_id = given.sub(timeline).id("last_read_id")
        if last_read_id is None:
            continue
        stored.append(await markers.set_marker(account_id(), timeline, str(last_read_id)))
    return entity(marker.by_timeline(stored))
