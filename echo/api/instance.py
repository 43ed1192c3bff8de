"""What this server is. Apps switch features on by what stands here, so it says only what is true."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from quart import Blueprint, Response

from echo import addresses, cache, settings
from echo.api.facts import API_VERSIONS, MASTODON_VERSION, configuration, pleroma, rules
from echo.http.access import public
from echo.http.reading import own_origin
from echo.http.replies import entity
from echo.render import account
from echo.store import house_texts, instance

blueprint = Blueprint("instance", __name__)
# Of static/preview.png.
_PREVIEW_HASH = "LfP??gt6~W-;-;ofWBae?HofE1Rj"
_ICON_PIXELS = (48, 180)
CONTACT_SECONDS = 10.0


@blueprint.get("/api/v2/instance")
@public
async def v2() -> Response:
    """Instance, version 2."""
    config, here = settings.here(), addresses.here()
    usage = await instance.usage()
    preview = f"{here.base}/static/preview.png"
    document = {
        "domain": config.instance.domain,
        "title": config.instance.title,
        "version": MASTODON_VERSION,
        "source_url": f"{here.base}/about",
        "description": config.instance.description,
        "usage": {"users": {"active_month": usage.active_month}},
        "thumbnail": {
            "url": preview,
            "blurhash": _PREVIEW_HASH,
            "versions": {"@1x": preview, "@2x": preview},
            "description": "",
        },
        "icon": [
            {"src": f"{here.base}/static/icon-{pixels}.png", "size": f"{pixels}x{pixels}"}
            for pixels in _ICON_PIXELS
        ],
        "languages": config.instance.languages,
        "configuration": configuration(own_origin(), has_terms=house_texts.has_terms()),
        "registrations": _registrations(),
        "api_versions": API_VERSIONS,
        "wrapstodon": None,
        "contact": {"email": config.instance.contact_email, "account": await _contact()},
        "rules": await rules(),
        "pleroma": pleroma(),
    }
    return entity(document)


@blueprint.get("/api/v1/instance")
@public
async def v1() -> Response:
    """Instance, version 1: still the first call of several apps. `uri` is a bare host."""
    config, here = settings.here(), addresses.here()
    usage = await instance.usage()
    parts = configuration(own_origin(), has_terms=house_texts.has_terms())
    document = {
        "uri": config.instance.domain,
        "title": config.instance.title,
        "short_description": config.instance.description,
        "description": config.instance.description,
        "email": config.instance.contact_email,
        "version": MASTODON_VERSION,
        "urls": {"streaming_api": parts["urls"]["streaming"]},
        "stats": {
            "user_count": usage.users,
            "status_count": usage.local_posts,
            "domain_count": usage.known_hosts,
        },
        "thumbnail": f"{here.base}/static/preview.png",
        "languages": config.instance.languages,
        "registrations": config.registrations.mode in ("open", "approval"),
        "approval_required": config.registrations.mode == "approval",
        "invites_enabled": usage.members_invite,
        "configuration": {
            name: parts[name] for name in ("accounts", "statuses", "media_attachments", "polls")
        },
        "contact_account": await _contact(),
        "rules": await rules(),
        "pleroma": pleroma(),
    }
    return entity(document)


@blueprint.get("/api/v1/instance/rules")
@public
async def house_rules() -> Response:
    """The rules of the house."""
    return entity(await rules())


def _registrations() -> dict[str, Any]:
    """Who may sign up. The message is for those who may not."""
    chosen = settings.here().registrations
    is_open, needs_approval = chosen.mode in ("open", "approval"), chosen.mode == "approval"
    return {
        "enabled": is_open,
        "approval_required": needs_approval,
        "reason_required": chosen.reason_required if needs_approval else None,
        "message": None if is_open or not chosen.message else chosen.message,
        "min_age": chosen.min_age or None,
        "url": chosen.url or None,
    }


async def _contact() -> msgspec.Raw:
    """Whom to write to, or null, as it was a moment ago: to find out takes a look at everybody."""
    name = settings.here().instance.contact_account
    known = cast("bytes | None", cache.memory().recall("contact", name))
    if known is None:
        contact_id = await instance.contact_account_id(name)
        known = b"null" if contact_id is None else await account.one(contact_id)
        cache.memory().keep("contact", name, known, seconds=CONTACT_SECONDS)
    return msgspec.Raw(known)
