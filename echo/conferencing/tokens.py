"""Tokens that engines check without asking us.

Source:  RFC 7515, RFC 7519 with HS256 (LiveKit); Janus, `token_auth_secret`
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

import msgspec

from echo.errors import Unauthorized

_HEADER = {"alg": "HS256", "typ": "JWT"}


def jwt(claims: Mapping[str, object], secret: str) -> str:
    """A signed token with these claims."""
    signed = ".".join(_packed(msgspec.json.encode(part)) for part in (_HEADER, claims))
    return f"{signed}.{_packed(_mac(secret, signed))}"


def read_jwt(token: str, secret: str, *, issuer: str, now: float) -> Mapping[str, object]:
    """The claims of a token that was signed with this secret, by whom we expect, and is valid now.

    Raises:  Unauthorized
    """
    signed, _, signature = token.rpartition(".")
    head, _, body = signed.partition(".")
    try:
        is_genuine = hmac.compare_digest(_unpacked(signature), _mac(secret, signed))
        header = msgspec.json.decode(_unpacked(head), type=dict[str, object])
        claims = msgspec.json.decode(_unpacked(body), type=dict[str, object])
    except (ValueError, msgspec.MsgspecError) as error:
        raise Unauthorized from error
    expires_at, begins_at = claims.get("exp"), claims.get("nbf", 0)
    is_in_time = (
        isinstance(expires_at, int | float)
        and isinstance(begins_at, int | float)
        and begins_at - 60 <= now < expires_at
    )
    if not is_genuine or header.get("alg") != "HS256" or claims.get("iss") != issuer or not is_in_time:
        raise Unauthorized
    return claims


def janus_token(realm: str, allowed: Sequence[str], secret: str, *, expires_at: int) -> str:
    """A token of Janus: when it ends, for what (`janus` or the name of a plugin), and what it allows."""
    said = ",".join([str(expires_at), realm, *allowed])
    digest = hmac.new(secret.encode(), said.encode(), hashlib.sha1).digest()
    return f"{said}:{base64.b64encode(digest).decode()}"


def _mac(secret: str, signed: str) -> bytes:
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
