"""The parts of OAuth that programs talk to: tokens, their end, who somebody is, where everything is.

The parts that people see are in `echo.web.oauth`.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

from quart import Blueprint, Response, request

from echo.actions import auth
from echo.actions.auth import Exchange, IssuedToken
from echo.http.access import account_id, needs, public
from echo.http.params import Params
from echo.http.reading import own_origin, params
from echo.http.replies import empty, entity
from echo.policy.authorization import Client, OAuthError
from echo.render import oauth
from echo.store import accounts, apps

blueprint = Blueprint("oauth", __name__)


@blueprint.errorhandler(OAuthError)
async def refused(error: OAuthError) -> Response:
    """The error in the words of OAuth."""
    response = entity({"error": error.code, "error_description": error.public}, status=error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = f'Basic realm="Echo", error="{error.code}"'
    return _unstored(response)


@blueprint.post("/oauth/token")
@public
async def token() -> Response:
    """A token for a code, or for an app alone."""
    given = await params()
    match given.text("grant_type"):
        case None | "":
            raise OAuthError("invalid_request")
        case "authorization_code":
            issued = await _for_code(given)
        case "client_credentials":
            issued = await auth.client_credentials(await _client(given), given.text("scope", ""))
        case _:
            raise OAuthError("unsupported_grant_type")
    return _unstored(entity(oauth.token(issued)))


@blueprint.post("/oauth/revoke")
@public
async def revoke() -> Response:
    """End a token; one that nobody knows has ended already.

    Source:  RFC 7009
    """
    given = await params()
    await auth.revoke(await _known_client(given), given.text("token", ""))
    return empty()


@blueprint.route("/oauth/userinfo", methods=["GET", "POST"])
@needs("profile")
async def userinfo() -> Response:
    """Who the token speaks for."""
    return entity(oauth.userinfo(await accounts.get(account_id())))


@blueprint.get("/.well-known/oauth-authorization-server")
@public
async def metadata() -> Response:
    """Where everything is."""
    return entity(oauth.server_metadata(own_origin()))


async def _for_code(given: Params) -> IssuedToken:
    client = await _client(given)
    code = given.text("code", "")
    if not code:
        raise OAuthError("invalid_request")
    shown = Exchange(
        code=code,
        redirect_uri=given.text("redirect_uri", ""),
        verifier=given.text("code_verifier", ""),
    )
    return await auth.exchange_code(client, shown)


async def _client(given: Params) -> Client:
    client = await _known_client(given)
    if client is None:
        raise OAuthError("invalid_client", status=401)
    return client


async def _known_client(given: Params) -> Client | None:
    """The app that says its id and secret, in the body or by HTTP Basic."""
    client_id, secret = _basic() or (given.text("client_id", ""), given.text("client_secret", ""))
    return await apps.find_by_credentials(client_id, secret)


def _basic() -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    # RFC 6749 2.3.1: both parts are form-encoded before they are put together.
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id).replace("\x00", ""), unquote_plus(secret)


def _unstored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response
