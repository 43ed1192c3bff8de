"""Where somebody is logged in: browsers and apps, each with a button that ends it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import clock
from echo.actions import auth
from echo.actions import sessions as actions
from echo.errors import NotFound
from echo.http.access import page
from echo.ids import parse_id
from echo.store import apps, sessions
from echo.web.agents import described
from echo.web.settings.frame import done, me, member, show_page
from echo.web.settings.navigation import ANYBODY
from echo.web.wishes import wishes

blueprint = Blueprint("settings_sessions", __name__)
PATH = "/settings/sessions"


@blueprint.get(PATH)
@page
@member(ANYBODY)
async def index() -> Response:
    """Both lists."""
    person = me()
    rows = await sessions.of_person(person.user_id, clock.now())
    # This browser comes first.
    rows.sort(key=lambda row: row["id"] != person.session_id)
    connected = await apps.connected_to(person.user_id)
    return await show_page(
        "settings/sessions.html",
        "Sessions and apps",
        browsers=[(row, described(row["user_agent"]), row["id"] == person.session_id) for row in rows],
        connected=[(app, wishes(app.scopes)) for app in connected],
    )


@blueprint.post(f"{PATH}/<session_id>/end")
@page
@member(ANYBODY)
async def end(session_id: str) -> Response:
    """Log one browser out."""
    number = parse_id(session_id)
    if number is None:
        raise NotFound
    await actions.end(me().user_id, number)
    return done(PATH, "session")


@blueprint.post(f"{PATH}/end-others")
@page
@member(ANYBODY)
async def end_others() -> Response:
    """Log every other browser out."""
    await actions.end_others(me().user_id, me().session_id)
    return done(PATH, "others")


@blueprint.post(f"{PATH}/apps/<app_id>")
@page
@member(ANYBODY)
async def disconnect(app_id: str) -> Response:
    """An app loses its access."""
    number = parse_id(app_id)
    if number is None:
        raise NotFound
    await auth.disconnect(me().user_id, number)
    return done(PATH, "app")
