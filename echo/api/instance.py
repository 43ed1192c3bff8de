"""What this server is. Apps switch features on by what stands here, so it says only what is true."""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from echo import addresses, settings
from echo.api.facts import API_VERSIONS, MASTODON_VERSION, configuration, rules
from echo.api.reading import own_origin
from echo.http.access import public
from echo.http.replies import entity, raw
from echo.render import account, emoji
from echo.store import emojis, instance
from echo.text import languages

blueprint = Blueprint("instance", __name__)


@blueprint.get("/api/v2/instance")
@public
async def v2() -> Response:
    """Instance, version 2."""
    config, here = settings.here(), addresses.here()
    usage = await instance.usage()
    is_open = config.registrations.mode in ("open", "approval")
    needs_approval = config.registrations.mode == "approval"
    document = {
        "domain": config.instance.domain,
        "title": config.instance.title,
        "version": MASTODON_VERSION,
        "source_url": f"{here.base}/about",
        "description": config.instance.description,
        "usage": {"users": {"active_month": usage.active_month}},
        "thumbnail": {"url": f"{here.base}/static/preview.png", "description": ""},
        "icon": [],
        "languages": config.instance.languages,
        "configuration": configuration(own_origin()),
        "registrations": {
            "enabled": is_open,
            "approval_required": needs_approval,
            "reason_required": config.registrations.reason_required if needs_approval else None,
            "message": None,
            "min_age": config.registrations.min_age or None,
            "url": None,
        },
        "api_versions": API_VERSIONS,
        "wrapstodon": None,
        "contact": {"email": config.instance.contact_email, "account": await _contact()},
        "rules": rules(),
    }
    return entity(document)


@blueprint.get("/api/v1/instance")
@public
async def v1() -> Response:
    """Instance, version 1: still the first call of several apps. `uri` is a bare host."""
    config, here = settings.here(), addresses.here()
    usage = await instance.usage()
    parts = configuration(own_origin())
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
        "invites_enabled": False,
        "configuration": {
            name: parts[name] for name in ("accounts", "statuses", "media_attachments", "polls")
        },
        "contact_account": await _contact(),
        "rules": rules(),
    }
    return entity(document)


@blueprint.get("/api/v1/instance/rules")
@public
async def house_rules() -> Response:
    """The rules of the house."""
    return entity(rules())


@blueprint.get("/api/v1/instance/peers")
@public
async def peers() -> Response:
    """Other servers that are known here."""
    return entity(await instance.peers())


@blueprint.get("/api/v1/instance/extended_description")
@public
async def extended_description() -> Response:
    """Nothing more than the description yet."""
    return entity({"updated_at": None, "content": ""})


@blueprint.get("/api/v1/instance/languages")
@public
async def known_languages() -> Response:
    """The languages that a post can be marked with."""
    return entity([{"code": language.code, "name": language.name} for language in languages.LANGUAGES])


@blueprint.get("/api/v1/instance/translation_languages")
@public
async def translation_languages() -> Response:
    """No translator is configured."""
    return raw(b"{}")


@blueprint.get("/api/v1/custom_emojis")
@public
async def custom_emojis() -> Response:
    """The custom emojis of this server to choose from."""
    return entity(emoji.many(await emojis.listing(only_visible=True)))


async def _contact() -> msgspec.Raw | None:
    owner_id = await instance.contact_account_id()
    return None if owner_id is None else msgspec.Raw(await account.one(owner_id))
