"""Apps register themselves, and ask who they are."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions.apps import AppDraft, register_app
from echo.errors import NotFound
from echo.http.access import app_or_user, current, public
from echo.http.families import count_for_address
from echo.http.reading import params
from echo.http.replies import entity
from echo.policy import scopes
from echo.render import oauth
from echo.store import apps

blueprint = Blueprint("apps", __name__)


@blueprint.post("/api/v1/apps")
@public
async def create() -> Response:
    """Register an app. Addresses come as a list, or as lines of one text."""
    await count_for_address("app")
    given = await params()
    registered = await register_app(
        AppDraft(
            name=given.text("client_name", ""),
            redirect_uris=tuple(
                dict.fromkeys(uri for text in given.list("redirect_uris") for uri in text.split())
            ),
            scopes=scopes.parse(" ".join(given.list("scopes"))) or scopes.DEFAULT,
            website=given.text("website"),
        )
    )
    return entity(oauth.registered(registered.client, registered.secret))


@blueprint.get("/api/v1/apps/verify_credentials")
@app_or_user()
async def verify_credentials() -> Response:
    """The app that the token was given to. Tokens that an operator made belong to none."""
    app_id = current().app_id
    client = None if app_id is None else await apps.find(app_id)
    if client is None:
        raise NotFound
    return entity(oauth.application(client))
