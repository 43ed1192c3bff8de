"""Proof of work: a browser computes for a second or two, which only those notice who sign up by the thousand.

The challenge is signed and carries its end, so that nothing is kept until an answer comes; the answer is used
once.

Source:  ALTCHA, version 2 of its protocol
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta

import altcha
import msgspec

from echo import cache, clock

log = logging.getLogger(__name__)
# One derived key in 256 begins with a zero byte.
_ALGORITHM, _PREFIX = "PBKDF2/SHA-256", "00"
LASTS = timedelta(minutes=30)
_ANSWER_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class ProofOfWork:
    """Shapes:  cost: rounds of one try, of which about 256 are needed"""

    secret: str
    cost: int
    name: str = "work"
    field: str = "proof"

    def challenge(self) -> str:
        """A new challenge, as JSON."""
        made = altcha.create_challenge(
            _ALGORITHM,
            self.cost,
            key_prefix=_PREFIX,
            expires_at=clock.now() + LASTS,
            hmac_secret=self.secret,
        )
        return msgspec.json.encode(made.to_dict()).decode()

    async def passes(self, answer: str, address: str) -> bool:
        """Whether somebody has worked, for this answer alone."""
        if not answer or len(answer) > _ANSWER_CHARACTERS:
            return False
        judged = await asyncio.to_thread(altcha.verify_solution, answer, self.secret)
        return judged.verified and await _is_first_use(answer)


async def _is_first_use(answer: str) -> bool:
    """Counts by the signature of the challenge, which nobody can spell in two ways."""
    payload = altcha.Payload.from_base64(answer)
    signature = payload.challenge.signature or ""
    key = cache.key("proof", hashlib.sha256(signature.encode()).hexdigest())
    try:
        return bool(await cache.client().set(key, b"1", nx=True, ex=int(LASTS.total_seconds()) + 60))
    except cache.OUTAGES as error:
        # Sign-ups are counted by address, and that count fails closed.
        log.warning("proofs cannot be kept apart: %s", error)
        return True
