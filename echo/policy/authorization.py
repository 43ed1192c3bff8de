"""What an app may ask for on the consent page, and what it must show to get its token.

Source:  RFC 6749, RFC 7636, RFC 9700
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from echo.errors import EchoError
from echo.policy import scopes
from echo.policy.secret_texts import same

CODE_SECONDS = 600
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
MAX_STATE_CHARACTERS = 4096

_DESCRIPTIONS = {
    "invalid_request": "The request is missing a required parameter or is otherwise malformed.",
    "invalid_client": "Client authentication failed due to unknown client or wrong client secret.",
    "invalid_grant": "The code is invalid, expired, used before, or was given to another client or address.",
    "invalid_redirect_uri": "The redirect uri included is not valid.",
    "invalid_scope": "The requested scope is invalid, unknown, or was not registered by the app.",
    "unsupported_grant_type": "This authorization grant type is not supported.",
    "unsupported_response_type": "This response type is not supported.",
    "invalid_code_challenge_method": "The code challenge method must be S256.",
    "unauthorized_client": "You are not authorized to revoke this token.",
    "access_denied": "The resource owner denied the request.",
}


class OAuthError(EchoError):
    """A refusal in the words of OAuth: `code` for programs, `public` for people."""

    default_status: ClassVar[int] = 400

    def __init__(self, code: str, public: str | None = None, *, status: int | None = None) -> None:
        super().__init__(public or _DESCRIPTIONS[code], status=status)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered app, as far as authorisation needs it."""

    app_id: int
    name: str
    website: str | None
    client_id: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request for consent that is in order."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str


def read_request(client: Client | None, parameters: Mapping[str, str]) -> AuthorizationRequest:
    """Check what came with the browser.

    Shapes:  parameters: response_type, redirect_uri, scope, state, code_challenge, code_challenge_method
    Raises:  OAuthError; nothing may be sent to the redirect address then
    """
    if client is None:
        raise OAuthError("invalid_client", status=401)
    redirect_uri = parameters.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        raise OAuthError("invalid_redirect_uri")
    if parameters.get("response_type") != "code":
        raise OAuthError(
            "unsupported_response_type" if parameters.get("response_type") else "invalid_request"
        )
    state = parameters.get("state", "")
    if len(state) > MAX_STATE_CHARACTERS:
        raise OAuthError("invalid_request")
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        scopes=granted_scopes(client.scopes, parameters.get("scope", "")),
        state=state,
        challenge=_challenge(parameters),
    )


def granted_scopes(registered: Sequence[str], asked: str) -> tuple[str, ...]:
    """The scopes of a request; `read` where it names none.

    Raises:  OAuthError when one is unknown, or more than the app registered
    """
    wanted = scopes.parse(asked) or scopes.DEFAULT
    if not all(map(scopes.is_known, wanted)) or not scopes.covers_all(registered, wanted):
        raise OAuthError("invalid_scope")
    return wanted


def proves(challenge: str, verifier: str) -> bool:
    """Whether a verifier belongs to the challenge of the request; without a challenge there must be none."""
    if not challenge:
        return not verifier
    if not _VERIFIER.fullmatch(verifier):
        return False
    hashed = hashlib.sha256(verifier.encode("ascii")).digest()
    return same(base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii"), challenge)


def _challenge(parameters: Mapping[str, str]) -> str:
    challenge = parameters.get("code_challenge", "")
    method = parameters.get("code_challenge_method", "")
    if not challenge:
        # A method alone is a request whose challenge got lost: going on would drop the protection.
        if method:
            raise OAuthError("invalid_request")
        return ""
    # Without a method RFC 7636 means `plain`, which protects nothing.
    if method != "S256":
        raise OAuthError("invalid_code_challenge_method")
    if not _CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request")
    return challenge
