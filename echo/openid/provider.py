"""A service at which people log in: found by its discovery document, asked over the one guarded client.

Source:  OpenID Connect Core 1.0, Discovery 1.0; RFC 7636, 9700
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet

from echo import clock
from echo.config.openid import OpenId
from echo.errors import Invalid, Unavailable
from echo.openid import tokens
from echo.ports import Caller, Errand, Identified, Reply

KEEP_SECONDS = 3600.0
# New keys are looked for no more often than this, whoever sends tokens of unknown ones.
PAUSE_SECONDS = 30.0
_JSON = {"Accept": "application/json"}
_FORM = _JSON | {"Content-Type": "application/x-www-form-urlencoded"}
SUBJECT_CHARACTERS, TEXT_CHARACTERS = 255, 320


class _Discovered(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = []


class _Tokens(msgspec.Struct):
    id_token: str
    access_token: str = ""


@dataclass(slots=True)
class OpenIdProvider:
    """Shapes:  name: what people call it"""

    call: Caller
    config: OpenId
    name: str
    _document: _Discovered | None = None
    _keys: KeySet | None = None
    _read_at: dict[str, float] = field(default_factory=dict)

    is_configured = True

    async def address(self, errand: Errand) -> str:
        """Where a browser is sent, with what it must bring back."""
        document = await self._discovered()
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.config.client_id,
                "redirect_uri": errand.back_url,
                "scope": " ".join(dict.fromkeys(["openid", *self.config.scopes])),
                "state": errand.state,
                "nonce": errand.nonce,
                "code_challenge": create_s256_code_challenge(errand.verifier),
                "code_challenge_method": "S256",
            }
        )
        joint = "&" if "?" in document.authorization_endpoint else "?"
        return f"{document.authorization_endpoint}{joint}{query}"

    async def identify(self, code: str, errand: Errand) -> Identified:
        """Who came back with this code."""
        document = await self._discovered()
        got = await self._exchange(document, code, errand)
        claims = await self._claims(document, got, errand.nonce)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARACTERS:
            raise Invalid(tokens.REFUSED, detail="subject")
        return Identified(
            issuer=document.issuer,
            subject=subject,
            email=_text(claims.get(self.config.email_claim)),
            # Some send the word.
            is_email_verified=claims.get("email_verified") in (True, "true"),
            username=_text(claims.get(self.config.username_claim)),
            name=_text(claims.get(self.config.name_claim)),
        )

    async def _exchange(self, document: _Discovered, code: str, errand: Errand) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": errand.back_url,
            "code_verifier": errand.verifier,
        }
        headers, ident, secret = dict(_FORM), self.config.client_id, self.config.client_secret
        methods = document.token_endpoint_auth_methods_supported
        if secret and (not methods or "client_secret_basic" in methods):
            pair = f"{quote(ident, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": ident} | ({"client_secret": secret} if secret else {})
        reply = await self.call(
            "POST", document.token_endpoint, headers=headers, body=urlencode(form).encode()
        )
        if reply.status >= 500:
            raise _away(f"token endpoint answers {reply.status}")
        try:
            return msgspec.json.decode(reply.body, type=_Tokens)
        except msgspec.MsgspecError as error:
            # A code that is no good is answered with an error, not with tokens.
            raise Invalid(tokens.REFUSED, detail=f"status {reply.status}: {error}") from error

    async def _claims(self, document: _Discovered, got: _Tokens, nonce: str) -> Any:
        for is_again in (False, True):
            keys = await self._current_keys(document, renew=is_again)
            try:
                return tokens.read_token(
                    got.id_token,
                    keys,
                    issuer=document.issuer,
                    client_id=self.config.client_id,
                    nonce=nonce,
                    access_token=got.access_token,
                    at=clock.now(),
                )
            except tokens.UnknownKey:
                # Services change their keys; the second look is at new ones.
                continue
        raise Invalid(tokens.REFUSED, detail="signed with an unknown key")

    async def _discovered(self) -> _Discovered:
        if self._document is not None and self._is_fresh("document", KEEP_SECONDS):
            return self._document
        issuer = self.config.issuer.rstrip("/")
        reply = await self._get(f"{issuer}/.well-known/openid-configuration")
        try:
            document = msgspec.json.decode(reply.body, type=_Discovered)
        except msgspec.MsgspecError as error:
            raise _away(f"discovery: {error}") from error
        # Whoever answers there must call itself so, or tokens of another would count.
        if document.issuer.rstrip("/") != issuer:
            raise _away(f"discovery: it calls itself {document.issuer}")
        self._document, self._keys = document, None
        self._read_at["document"] = time.monotonic()
        return document

    async def _current_keys(self, document: _Discovered, *, renew: bool) -> KeySet:
        seconds = PAUSE_SECONDS if renew else KEEP_SECONDS
        if self._keys is not None and self._is_fresh("keys", seconds):
            return self._keys
        self._keys = tokens.read_keys((await self._get(document.jwks_uri)).body)
        self._read_at["keys"] = time.monotonic()
        return self._keys

    def _is_fresh(self, what: str, seconds: float) -> bool:
        return time.monotonic() - self._read_at.get(what, -KEEP_SECONDS) < seconds

    async def _get(self, url: str) -> Reply:
        reply = await self.call("GET", url, headers=_JSON)
        if reply.status != 200:
            raise _away(f"{url} answers {reply.status}")
        return reply


def _away(why: str) -> Unavailable:
    return Unavailable("The other service does not answer as it should", detail=why)


def _text(value: object) -> str:
    return value[:TEXT_CHARACTERS] if isinstance(value, str) else ""
