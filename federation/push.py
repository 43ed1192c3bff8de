"""Messages to push services: encrypted for one app, and proven to come from this server.

Source:  RFC 8030, RFC 8188, RFC 8291, RFC 8292; for apps that know only the drafts before them, aesgcm
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from activitypub import iri
from activitypub.errors import Malformed
from echo import clock, settings
from echo.policy import push_keys
from federation.errors import FederationError, Refused
from federation.network import network

# How long a push service keeps what it cannot hand over yet.
TTL_SECONDS = 172_800
# A day is the most that may be; a little less, for clocks that go wrong.
PROOF_LIFE = timedelta(hours=24) - timedelta(minutes=5)
_LATER = frozenset({408, 425, 429})


class PushOutcome(StrEnum):
    DONE = "done"
    LATER = "later"  # the service is in trouble
    GONE = "gone"  # the subscription is of no use any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """Shapes:  pause_seconds: how long the service asks to be left alone, 0 where it does not say"""

    outcome: PushOutcome
    reason: str = ""
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTarget:
    """Shapes:  p256dh, auth: base64url, checked when they were stored"""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool


async def push(target: PushTarget, message: bytes) -> Pushed:
    """Hand a message to a push service."""
    try:
        headers, body = sealed(target, message)
        answer = await network().client.post(target.endpoint, body, sign=headers)
    except Malformed as error:
        return Pushed(outcome=PushOutcome.GONE, reason=str(error))
    except Refused as error:
        return Pushed(outcome=PushOutcome.GONE, reason=error.detail or error.code)
    except FederationError as error:
        return Pushed(outcome=PushOutcome.LATER, reason=error.detail or error.code)
    if answer.is_success:
        return Pushed(outcome=PushOutcome.DONE)
    is_later = answer.status in _LATER or answer.status >= 500
    return Pushed(
        outcome=PushOutcome.LATER if is_later else PushOutcome.GONE,
        reason=f"push service says {answer.status}",
        pause_seconds=answer.retry_after_seconds or 0.0,
    )


def sealed(target: PushTarget, message: bytes) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of a push: encrypted with a key and a salt that are used for nothing else."""
    private, salt = ec.generate_private_key(push_keys.CURVE), os.urandom(16)
    point = push_keys.point_of(private.public_key())
    encoding = "aes128gcm" if target.standard else "aesgcm"
    body = http_ece.encrypt(
        message,
        salt=salt,
        private_key=private,
        dh=push_keys.decode(target.p256dh),
        auth_secret=push_keys.decode(target.auth),
        version=encoding,
    )
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": encoding,
        "TTL": str(TTL_SECONDS),
        "Urgency": "normal",
    }
    ours, proof = push_keys.here().public, _proof(target.endpoint)
    if target.standard:
        return headers | {"Authorization": f"vapid t={proof},k={ours}"}, body
    return headers | {
        "Authorization": f"WebPush {proof}",
        "Encryption": f"salt={push_keys.encode(salt)}",
        "Crypto-Key": f"dh={push_keys.encode(point)};p256ecdsa={ours}",
    }, body


def _proof(endpoint: str) -> str:
    """A signed statement for the origin of an endpoint, with an address at which we can be reached."""
    here = settings.here()
    contact = here.instance.contact_email
    claims = {
        "aud": iri.parse(endpoint, allow_http=True).origin,
        "exp": int((clock.now() + PROOF_LIFE).timestamp()),
        "sub": f"mailto:{contact}" if contact else here.base_url,
    }
    return jwt.encode(claims, push_keys.here().private_pem, algorithm="ES256")
