"""Reading ID tokens: the signature, and every claim that must hold. Pure.

Source:  OpenID Connect Core 3.1.3.7
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from echo.errors import Invalid

# Never none, and never a secret that is shared: a public key alone proves who has signed.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_SECONDS = 120
REFUSED = "What the other service says could not be believed"


class UnknownKey(Exception):
    """The token was signed with a key that is not among those that we have."""


def read_keys(body: bytes) -> KeySet:
    """The keys of a service. Raises Invalid."""
    try:
        return KeySet.import_key_set(msgspec.json.decode(body))
    except (msgspec.MsgspecError, JoseError, ValueError, TypeError, KeyError) as error:
        raise Invalid(REFUSED, detail=f"keys: {error}") from error


def read_token(
    text: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    at: datetime,
) -> Mapping[str, Any]:
    """The claims of an ID token, all of which hold.

    Raises:  UnknownKey; Invalid for a wrong signature, issuer, audience, time, nonce or hash
    """
    try:
        token = jwt.decode(text, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
                "sub": {"essential": True},
            },
            params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(now=int(at.timestamp()), leeway=LEEWAY_SECONDS)
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Invalid(REFUSED, detail=f"token: {error}") from error
    return dict(claims)
