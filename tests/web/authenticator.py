"""An authenticator in software: makes passkeys and signs with them, as a browser hands it on.

Source:  WebAuthn level 3, sections 5.8.1, 6.1 and 6.5
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, NEW_KEY = 1, 4, 64


def to_text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


@dataclass
class Authenticator:
    """One device with one key. `origin`: what the browser says where it is."""

    origin: str = "https://echo.test"
    verifies: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def make(self, question: str) -> str:
        """The answer to being asked for a new key."""
        asked = json.loads(question)
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(cose)
        data = self._data(asked["rp"]["id"], NEW_KEY) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked)
        return self._answer({"clientDataJSON": to_text(client), "attestationObject": to_text(statement)})

    def show(self, question: str) -> str:
        """The answer to being asked for this key."""
        asked = json.loads(question)
        self.count += 1
        data, client = self._data(asked["rpId"], 0), self._client("webauthn.get", asked)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": to_text(client),
                "authenticatorData": to_text(data),
                "signature": to_text(signature),
            }
        )

    def _data(self, host: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, asked: Any) -> bytes:
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = to_text(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
