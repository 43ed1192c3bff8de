"""A small identity provider: real keys, discovery, codes that count once, PKCE."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from echo import clock

ISSUER = "https://id.test/realm"
CLIENT, SECRET = "echo", "s3cr/t+"


@dataclass
class Issuer:
    """`changes` are made to the claims of the next tokens; None takes one away."""

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "7"})
    changes: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    signer: RSAKey | None = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    name: str = ISSUER

    def allow(self, address: str) -> dict[str, str]:
        """Somebody has logged in and said yes: what the browser brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    async def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(path)
        if path == "/realm/.well-known/openid-configuration":
            return httpx.Response(
                200,
                json={
                    "issuer": self.name,
                    "authorization_endpoint": f"{ISSUER}/authorize",
                    "token_endpoint": f"{ISSUER}/token",
                    "jwks_uri": f"{ISSUER}/keys",
                },
            )
        if path == "/realm/keys":
            return httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]})
        assert path == "/realm/token"
        return self._tokens(request)

    def _tokens(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        pair = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        assert pair == "echo:s3cr%2Ft%2B"
        query = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            query is None
            or query["redirect_uri"] != form["redirect_uri"]
            or query["code_challenge"] != challenge
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": query["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            **self.claims,
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        signer = self.signer or self.key
        header = {"alg": self.algorithm, "kid": signer.kid}
        if self.algorithm == "none":
            parts = [json.dumps(header).encode(), json.dumps(claims).encode(), b""]
            token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
        else:
            token = jwt.encode(header, claims, signer)
        return httpx.Response(200, json={"id_token": token, "access_token": "x", "token_type": "Bearer"})
