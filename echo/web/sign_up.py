"""Signing up on a page, with or without an invitation."""

from __future__ import annotations

import re

from quart import Blueprint, Response, request

from echo import clock, ports, settings
from echo.actions import logins
from echo.actions.drafts import SignUp
from echo.actions.sign_up import sign_up as sign_somebody_up
from echo.addresses import here
from echo.db import Row
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.access import caller_address, page
from echo.http.families import count_for_address
from echo.http.params import Params
from echo.http.replies import entity
from echo.humans.hcaptcha import SCRIPT, SOURCES
from echo.policy.redirects import local_path
from echo.policy.roles import Permission, seat_of
from echo.store import house_texts, invites
from echo.web import visitor
from echo.web.forms import by_field
from echo.web.page import Meta, allow_scripts, show

blueprint = Blueprint("sign_up_page", __name__)
FIELDS = ("username", "email", "date_of_birth", "reason")
_CODE = re.compile(r"[A-Za-z0-9]{1,32}", re.ASCII)


@blueprint.get("/sign-up")
@page
async def sign_up() -> Response:
    """The sign-up form, or that there is none; `next`: where somebody wants to go."""
    target = local_path(request.args.get("next", ""), "/account")
    if await visitor.login():
        return visitor.redirect(target)
    return await _form({"next": target}, {}, await _invite(request.args.get("invite", "")))


@blueprint.get("/invite/<code>")
@page
async def invited(code: str) -> Response:
    """The link of an invitation: the form for people, the code for the apps that ask."""
    invite = await _invite(code)
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        if invite is None:
            raise NotFound
        return entity({"invite_code": invite["code"], "instance_api_url": f"{here().base}/api/v2/instance"})
    if await visitor.login():
        return visitor.redirect("/account")
    if invite is None:
        raise NotFound("This invitation cannot be used any more")
    return await _form({}, {}, invite)


@blueprint.post("/sign-up")
@page
async def sign_up_now() -> Response:
    """Make an account."""
    given = await visitor.read_form()
    await count_for_address("sign_up")
    invite = await _invite(given.text("invite_code", ""))
    target = local_path(given.text("next", ""), "/account")
    try:
        user = await sign_somebody_up(read_sign_up(given, locale=request.accept_languages.best or "en"))
    except Invalid as error:
        kept = {name: given.text(name, "") for name in FIELDS} | {"next": target}
        return await _form(kept, by_field(error), invite, status=422)
    except Forbidden:
        return await _form({}, {}, None, is_refused=True, status=403)
    session = await logins.open_session(user.id, visitor.browser())
    is_in = bool(user.confirmed_at and user.approved_at)
    response = visitor.redirect(target if is_in else "/account")
    visitor.start_session(response, session)
    if not is_in:
        visitor.keep_wish(response, target)
    return response


def read_sign_up(given: Params, *, locale: str) -> SignUp:
    """What somebody typed into a form that makes an account."""
    check = ports.human_check()
    return SignUp(
        username=given.text("username", ""),
        email=given.text("email", ""),
        password=given.text("password", ""),
        locale=locale,
        reason=given.text("reason", ""),
        agreement=given.boolean("agreement", default=False),
        born_on=given.day("date_of_birth"),
        invite_code=given.text("invite_code", ""),
        address=caller_address(),
        proof=given.text(check.field, "") if check.name else "",
    )


async def _invite(code: str) -> Row | None:
    return await invites.find_open(code, clock.now()) if _CODE.fullmatch(code) else None


async def _form(
    kept: dict[str, str],
    problems: dict[str, str],
    invite: Row | None,
    *,
    is_refused: bool = False,
    status: int = 200,
) -> Response:
    rules, check = settings.here().registrations, ports.human_check()
    is_open = rules.mode in {"open", "approval"} or (rules.mode == "invite" and invite is not None)
    is_passed = invite is not None and seat_of(invite).may(Permission.INVITE_BYPASS_APPROVAL)
    response = await show(
        "sign_up.html",
        meta=Meta(title="Sign up"),
        status=status,
        has_form=True,
        rules=[rule for rule, _ in house_texts.rules()],
        has_terms=house_texts.has_terms(),
        is_open=is_open and not is_refused,
        is_refused=is_refused,
        needs_invite=rules.mode == "invite",
        needs_reason=rules.mode == "approval" and not is_passed,
        invite=invite,
        check=check.name,
        challenge=check.challenge() if is_open else "",
        captcha_script=SCRIPT,
        kept=kept,
        problems=problems,
    )
    if check.name == "work":
        return allow_scripts(response)
    policy = response.headers["Content-Security-Policy"]
    if check.name == "hcaptcha":
        policy = policy.replace("style-src 'self'", f"style-src 'self' {SOURCES}")
        response.headers["Content-Security-Policy"] = (
            f"{policy}; script-src {SOURCES}; frame-src {SOURCES}; connect-src {SOURCES}"
        )
    return response
