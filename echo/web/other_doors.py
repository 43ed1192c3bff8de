"""Where Mastodon has its pages: apps, password managers and bookmarks send people there, and so to ours."""

from __future__ import annotations

from urllib.parse import quote

from quart import Blueprint, Response, request

from echo.http.access import page
from echo.web import visitor

blueprint = Blueprint("other_doors", __name__)
# Apps open the first five in a browser: for an account, a lost password, a new one.
DOORS = {
    "/auth/sign_in": "/login",
    "/auth/sign_up": "/sign-up",
    "/auth/password/new": "/password",
    "/auth/edit": "/settings/security",
    "/.well-known/change-password": "/settings/security",
    "/settings/applications": "/settings/sessions",
    "/oauth/authorized_applications": "/settings/sessions",
    "/settings/two_factor_authentication_methods": "/settings/security",
    "/settings/login_activities": "/settings/sessions",
    "/settings/verification": "/settings/profile",
    "/settings/featured_tags": "/settings/profile",
    "/settings/export": "/settings/exports",
    "/settings/migration": "/settings/move",
    "/disputes/strikes": "/settings/strikes",
    "/filters": "/settings/filters",
    "/invites": "/settings/invites",
    "/home": "/",
    "/publish": "/share",
    "/explore": "/",
    "/public": "/",
    "/public/local": "/",
    "/web": "/",
    "/about/more": "/about",
    "/terms": "/privacy-policy",
}


async def lead_on() -> Response:
    """To the page that is the same here."""
    return visitor.redirect(DOORS[request.path.rstrip("/")], status=302)


for _path in DOORS:
    blueprint.get(_path, endpoint=_path.strip("/").replace("/", "_").replace(".", ""))(page(lead_on))


@blueprint.get("/@<name>/with_replies")
@page
async def replies(name: str) -> Response:
    """A profile with answers to others."""
    return visitor.redirect(f"/@{quote(name)}?replies", status=302)


@blueprint.get("/@<name>/media")
@blueprint.get("/@<name>/followers")
@blueprint.get("/@<name>/following")
@page
async def part(name: str) -> Response:
    """A part of a profile that has no page of its own here."""
    return visitor.redirect(f"/@{quote(name)}", status=302)


@blueprint.get("/users/<name>")
@page
async def profile(name: str) -> Response:
    """A profile, at the address that it has on old links."""
    return visitor.redirect(f"/@{quote(name)}", status=302)
