"""The part of OAuth that people see: may this app use your account?

The part that programs talk to is in `echo.api.oauth`.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from quart import Blueprint, Response, request

from echo.actions import auth
from echo.errors import Forbidden, Gone
from echo.http.access import page
from echo.policy import redirects
from echo.policy.authorization import AuthorizationRequest, OAuthError, read_request
from echo.policy.standing import REFUSALS, Standing
from echo.store import apps
from echo.store.auth import is_code_of
from echo.web import visitor
from echo.web.page import Meta, show
from echo.web.wishes import wishes

blueprint = Blueprint("consent", __name__)
PARAMETERS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


@blueprint.get("/oauth/authorize")
@page
async def ask() -> Response:
    """The consent page. Asks each time: an app may be connected already by somebody else at this browser."""
    parameters = _query()
    wanted = await _read(parameters)
    person = await visitor.login()
    # `force_login=false` is sent by apps that mean nothing by it.
    is_forced = request.args.get("force_login", "").lower() in {"true", "1", "on", "t"}
    if person is None or is_forced:
        kept = [(k, v) for k, v in request.args.items(multi=True) if k != "force_login"]
        return visitor.to_login(f"/oauth/authorize?{urlencode(kept)}", again=is_forced)
    if person.standing is not Standing.ACTIVE:
        return visitor.redirect("/account")
    return await show(
        "consent.html",
        meta=Meta(title=f"Connect {wanted.client.name}?"),
        form_source=redirects.form_source(wanted.redirect_uri),
        app=wanted.client,
        wishes=wishes(wanted.scopes),
        parameters={name: value for name, value in parameters.items() if value},
        destination=_destination(wanted.redirect_uri),
    )


@blueprint.post("/oauth/authorize")
@page
async def allow() -> Response:
    """Yes: back to the app with a code. A form that says `_method=delete` means no."""
    given = await visitor.read_form()
    person = await visitor.login()
    wanted = await _read({name: given.text(name, "") for name in PARAMETERS})
    if given.text("_method", "").lower() == "delete":
        return await _denied(wanted)
    if person is None:
        raise Forbidden(visitor.EXPIRED)
    if person.standing is not Standing.ACTIVE:
        raise Forbidden(REFUSALS[person.standing])
    code = await auth.authorise(person.user_id, person.session_id, wanted)
    if wanted.redirect_uri == redirects.OUT_OF_BAND:
        return visitor.redirect(f"/oauth/authorize/native?{urlencode({'code': code})}", status=302)
    return _back(wanted, {"code": code})


@blueprint.delete("/oauth/authorize")
@page
async def deny() -> Response:
    """No: back to the app with that."""
    given = await visitor.read_form()
    return await _denied(await _read({name: given.text(name, "") for name in PARAMETERS}))


@blueprint.get("/oauth/authorize/native")
@page
async def show_code() -> Response:
    """The code, to be copied into an app that has no address. It stands in ours, where such apps look for it
    themselves. Only a code of the visitor is shown, so that nobody is made to copy the code of another.
    """
    person = await visitor.login()
    if person is None:
        return visitor.to_login("/account")
    code = request.args.get("code", "")
    if not await is_code_of(person.user_id, code, redirects.OUT_OF_BAND):
        raise Gone("This code has been used, is too old, or is not yours")
    return await show("code.html", meta=Meta(title="Your code"), code=code)


def _query() -> Mapping[str, str]:
    """The parameters of the address. Twice the same is refused: the app may have meant the other one."""
    if any(len(request.args.getlist(name)) > 1 for name in PARAMETERS):
        raise OAuthError("invalid_request")
    return {name: request.args.get(name, "") for name in PARAMETERS}


async def _read(parameters: Mapping[str, str]) -> AuthorizationRequest:
    client = await apps.find_by_client_id(parameters["client_id"].replace("\x00", ""))
    return read_request(client, parameters)


async def _denied(wanted: AuthorizationRequest) -> Response:
    error = OAuthError("access_denied")
    if wanted.redirect_uri == redirects.OUT_OF_BAND:
        raise error
    return _back(wanted, {"error": error.code, "error_description": error.public})


def _back(wanted: AuthorizationRequest, answer: dict[str, str]) -> Response:
    parameters = answer | ({"state": wanted.state} if wanted.state else {})
    return visitor.redirect(redirects.with_parameters(wanted.redirect_uri, parameters), status=302)


def _destination(redirect_uri: str) -> str:
    """Where the browser goes afterwards, said to the person. Empty: nowhere."""
    source = redirects.form_source(redirect_uri)
    return source.removeprefix("https://") if source.startswith("https://") else ""
