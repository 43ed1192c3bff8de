"""Who finds somebody, who may follow without asking, and who sees whom they follow."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import accounts as account_actions
from echo.actions.drafts import ProfileDraft
from echo.http.access import page
from echo.store import accounts
from echo.web.settings.frame import done, given, me, member, show_page

blueprint = Blueprint("settings_privacy", __name__)
PATH = "/settings/privacy"


@blueprint.get(PATH)
@page
@member()
async def show_privacy() -> Response:
    """The choices."""
    account = await accounts.get(me().user_id)
    return await show_page("settings/privacy.html", "Privacy", account=account)


@blueprint.post(PATH)
@page
@member()
async def choose() -> Response:
    """Keep them."""
    form = given()
    draft = ProfileDraft(
        locked=not form.boolean("open", default=False),
        discoverable=form.boolean("discoverable", default=False),
        indexable=form.boolean("indexable", default=False),
        hide_collections=not form.boolean("collections", default=False),
    )
    await account_actions.change_profile(me().user_id, draft)
    return done(PATH, "kept")
