"""One's own profile: as an account, and as a form."""

from __future__ import annotations

from dataclasses import replace

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import accounts as account_actions
from echo.actions import uploads
from echo.actions.drafts import ProfileDraft
from echo.api.media import OVERHEAD_BYTES
from echo.api.statuses import VISIBILITIES
from echo.errors import Invalid
from echo.http.access import account_id, needs
from echo.http.forms import read_form
from echo.http.params import Params
from echo.http.reading import update_route
from echo.http.replies import raw
from echo.models import Account
from echo.policy.preferences import QUOTE_POLICIES
from echo.render import own_account, profile
from echo.store import accounts
from echo.text import languages

blueprint = Blueprint("profile", __name__)


@update_route(blueprint, "/api/v1/accounts/update_credentials")
@needs("write:accounts")
async def update_credentials() -> Response:
    """Change one's profile; what is not sent stays."""
    return await _own(await _change())


@blueprint.get("/api/v1/profile")
@needs("profile", "read:accounts")
async def show() -> Response:
    """One's profile as it was typed."""
    return raw(await profile.one(await accounts.get(account_id())))


@update_route(blueprint, "/api/v1/profile")
@needs("write:accounts")
async def update() -> Response:
    """The same change, answered with the form."""
    return raw(await profile.one(await _change()))


@blueprint.delete("/api/v1/profile/avatar")
@needs("write:accounts")
async def delete_avatar() -> Response:
    """Go back to the default picture."""
    return await _own(await account_actions.change_profile(account_id(), _without("avatar")))


@blueprint.delete("/api/v1/profile/header")
@needs("write:accounts")
async def delete_header() -> Response:
    """Go back to no header."""
    return await _own(await account_actions.change_profile(account_id(), _without("header")))


async def _own(owner: Account) -> Response:
    return raw(await own_account.one(owner, await accounts.user(owner.id)))


async def _change() -> Account:
    most_bytes = 2 * settings.here().media.image_limit_bytes + OVERHEAD_BYTES
    with await read_form(request, max_bytes=most_bytes) as form:
        draft = _draft(form.params)
        pictures = {name: file.read() for name, file in form.files.items() if name in ("avatar", "header")}
        cleared = [name for name in ("avatar", "header") if form.params.text(name) == ""]
    if "avatar" in cleared:
        draft = replace(draft, avatar_key="")
    if "header" in cleared:
        draft = replace(draft, header_key="")
    if "avatar" in pictures:
        key = await uploads.store_portrait(pictures["avatar"], uploads.AVATAR_PIXELS)
        draft = replace(draft, avatar_key=key)
    if "header" in pictures:
        key = await uploads.store_portrait(pictures["header"], uploads.HEADER_PIXELS)
        draft = replace(draft, header_key=key)
    return await account_actions.change_profile(account_id(), draft)


def _without(picture: str) -> ProfileDraft:
    if picture == "avatar":
        return ProfileDraft(avatar_key="", avatar_description="")
    return ProfileDraft(header_key="", header_description="")


def _draft(given: Params) -> ProfileDraft:
    fields = None
    if given.has("fields_attributes"):
        fields = tuple(
            (row.text("name", ""), row.text("value", "")) for row in given.objects("fields_attributes")
        )
    return ProfileDraft(
        display_name=given.text("display_name"),
        note=given.text("note"),
        fields=fields,
        locked=given.boolean("locked"),
        bot=given.boolean("bot"),
        discoverable=given.boolean("discoverable"),
        indexable=given.boolean("indexable"),
        hide_collections=given.boolean("hide_collections"),
        show_media=given.boolean("show_media"),
        show_media_replies=given.boolean("show_media_replies"),
        show_featured=given.boolean("show_featured"),
        attribution_domains=given.list("attribution_domains") if given.has("attribution_domains") else None,
        avatar_description=given.text("avatar_description"),
        header_description=given.text("header_description"),
        settings=_settings(given.sub("source")),
    )


def _settings(source: Params) -> dict[str, object]:
    chosen: dict[str, object] = {}
    privacy, quotes = source.text("privacy"), source.text("quote_policy")
    if privacy:
        if privacy not in VISIBILITIES:
            raise Invalid("Validation failed: Privacy is not included in the list")
        chosen["visibility"] = VISIBILITIES[privacy].value
    if quotes:
        if quotes not in QUOTE_POLICIES:
            raise Invalid("Validation failed: Quote policy is not included in the list")
        chosen["quote_policy"] = quotes
    if source.boolean("sensitive") is not None:
        chosen["sensitive"] = source.boolean("sensitive")
    if source.has("language"):
        chosen["language"] = languages.normalise(source.text("language"))
    return chosen
