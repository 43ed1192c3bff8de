"""An authenticator app and codes on paper: set up, renewed and removed, each with the password."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from echo import settings
from echo.actions import second_factors
from echo.addresses import here
from echo.errors import Invalid
from echo.http.access import page
from echo.http.families import count_for_address
from echo.policy import second_factor as policy
from echo.store import second_factors as store
from echo.web import visitor
from echo.web.settings import security
from echo.web.settings.frame import done, given, me, member, show_page
from echo.web.settings.navigation import ANYBODY

blueprint = Blueprint("settings_two_factor", __name__)
APP, CODES = f"{security.PATH}/app", f"{security.PATH}/codes"


@blueprint.post(APP)
@page
@member(ANYBODY)
async def begin() -> Response:
    """The password is right: make a secret for the app."""
    await _count()
    try:
        await second_factors.begin(me().user_id, given().text("password", ""))
    except Invalid as error:
        return await security.show_security(problem=error.public, status=422)
    return visitor.redirect(APP)


@blueprint.get(APP)
@page
@member(ANYBODY)
async def scan() -> Response:
    """The secret as a QR code, and a form for the first code of the app."""
    return await _scan()


@blueprint.post(f"{APP}/confirm")
@page
@member(ANYBODY)
async def confirm() -> Response:
    """The app shows its first code."""
    await _count()
    try:
        codes = await second_factors.confirm(me().user_id, given().text("code", ""))
    except Invalid as error:
        return await _scan(problem=error.public, status=422)
    return await show_codes(codes) if codes else done(security.PATH, "app-added")


@blueprint.post(f"{APP}/remove")
@page
@member(ANYBODY)
async def remove() -> Response:
    """No more codes of the app."""
    await _count()
    try:
        await second_factors.remove_app(me().user_id, given().text("password", ""))
    except Invalid as error:
        return await security.show_security(problem=error.public, status=422)
    return done(security.PATH, "app-removed")


@blueprint.post(CODES)
@page
@member(ANYBODY)
async def renew() -> Response:
    """Other codes for paper."""
    await _count()
    try:
        codes = await second_factors.renew_codes(me().user_id, given().text("password", ""))
    except Invalid as error:
        return await security.show_security(problem=error.public, status=422)
    return await show_codes(codes)


async def show_codes(codes: Sequence[str]) -> Response:
    """Codes for paper, this once."""
    return await show_page("settings/codes.html", "Write these down", codes=codes)


async def _scan(*, problem: str = "", status: int = 200) -> Response:
    secret = await store.waiting_secret(me().user_id)
    if not secret:
        return visitor.redirect(security.PATH)
    address = policy.address(
        secret, username=f"{me().username}@{here().domain}", issuer=settings.here().instance.title
    )
    return await show_page(
        "settings/app.html",
        "Authenticator app",
        problem=problem,
        status=status,
        qr_code=policy.qr_code(address),
        address=address,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    )


async def _count() -> None:
    await count_for_address("login", also=("login", me().username))
