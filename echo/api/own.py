"""Oneself: profile, preferences, markers."""

from __future__ import annotations

from dataclasses import replace

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import accounts as account_actions
from echo.actions import markers, uploads
from echo.actions.drafts import ProfileDraft
from echo.api.media import OVERHEAD_BYTES
from echo.api.reading import params, update_route
from echo.api.statuses import VISIBILITIES
from echo.errors import Invalid
from echo.http.access import account_id, needs
from echo.http.forms import read_form
from echo.http.params import Params
from echo.http.replies import entity, raw
from echo.policy import preferences
from echo.render import own_account, times
from echo.render.entities import Marker
from echo.render.status_core import WIRE_VISIBILITY
from echo.store import accounts
from echo.text import languages

blueprint = Blueprint("own", __name__)
TIMELINES = ("home", "notifications")


@update_route(blueprint, "/api/v1/accounts/update_credentials")
@needs("write:accounts")
async def update_credentials() -> Response:
    """Change one's profile; what is not sent stays."""
    most_bytes = 2 * settings.here().media.image_limit_bytes + OVERHEAD_BYTES
    with await read_form(request, max_bytes=most_bytes) as form:
        draft = _profile(form.params)
        pictures = {name: file.read() for name, file in form.files.items() if name in ("avatar", "header")}
    if "avatar" in pictures:
        key = await uploads.store_portrait(pictures["avatar"], uploads.AVATAR_PIXELS)
        draft = replace(draft, avatar_key=key)
    if "header" in pictures:
        key = await uploads.store_portrait(pictures["header"], uploads.HEADER_PIXELS)
        draft = replace(draft, header_key=key)
    owner = await account_actions.change_profile(account_id(), draft)
    return raw(await own_account.one(owner, await accounts.user(owner.id)))


@blueprint.delete("/api/v1/profile/avatar")
@needs("write:accounts")
async def delete_avatar() -> Response:
    """Go back to the default picture."""
    owner = await account_actions.change_profile(account_id(), ProfileDraft(avatar_key=""))
    return raw(await own_account.one(owner, await accounts.user(owner.id)))


@blueprint.delete("/api/v1/profile/header")
@needs("write:accounts")
async def delete_header() -> Response:
    """Go back to no header."""
    owner = await account_actions.change_profile(account_id(), ProfileDraft(header_key=""))
    return raw(await own_account.one(owner, await accounts.user(owner.id)))


@blueprint.get("/api/v1/preferences")
@needs("read:accounts")
async def show_preferences() -> Response:
    """What one chose for posting and reading."""
    chosen = preferences.read((await accounts.user(account_id())).settings)
    document = {
        "posting:default:visibility": WIRE_VISIBILITY[chosen.visibility],
        "posting:default:sensitive": chosen.sensitive,
        "posting:default:language": chosen.language,
        "posting:default:quote_policy": "public",
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }
    return entity(document)


@blueprint.get("/api/v1/markers")
@needs("read:statuses")
async def show_markers() -> Response:
    """How far timelines were read; `{}` when nothing was stored."""
    wanted = (await params()).list("timeline") or TIMELINES
    rows = await markers.markers(account_id())
    return entity(
        {
            row["timeline"]: Marker(
                last_read_id=row["last_read_id"],
                version=row["version"],
                updated_at=times.iso(row["updated_at"]),
            )
            for row in rows
            if row["timeline"] in wanted
        }
    )


@blueprint.post("/api/v1/markers")
@needs("write:statuses")
async def set_markers() -> Response:
    """Remember how far a timeline was read."""
    given = await params()
    stored = {}
    for timeline in TIMELINES:
        last_read_id = given.sub(timeline).id("last_read_id")
        if last_read_id is None:
            continue
        row = await markers.set_marker(account_id(), timeline, str(last_read_id))
        stored[timeline] = Marker(
            last_read_id=row["last_read_id"], version=row["version"], updated_at=times.iso(row["updated_at"])
        )
    return entity(stored)


def _profile(given: Params) -> ProfileDraft:
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
        avatar_description=given.text("avatar_description"),
        header_description=given.text("header_description"),
        settings=_settings(given.sub("source")),
    )


def _settings(source: Params) -> dict[str, object]:
    chosen: dict[str, object] = {}
    privacy = source.text("privacy")
    if privacy:
        if privacy not in VISIBILITIES:
            raise Invalid("Validation failed: Privacy is not included in the list")
        chosen["visibility"] = VISIBILITIES[privacy].value
    if source.boolean("sensitive") is not None:
        chosen["sensitive"] = source.boolean("sensitive")
    if source.has("language"):
        chosen["language"] = languages.normalise(source.text("language"))
    return chosen
