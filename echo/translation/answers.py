"""What translation services answer, read with suspicion: they may be down, busy, or not what they claim."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from echo.errors import Unavailable
from echo.ports import Reply

AWAY = "The translation service cannot be reached"
BUSY = "The translation service was asked too much, try again later"
SPENT = "The translation service has reached its quota"
_STRANGE = "The translation service gave an answer that cannot be read"

Shape = TypeVar("Shape")


def read(reply: Reply, shape: type[Shape]) -> Shape:
    """The body of a good answer in the shape that it should have.

    Raises:  Unavailable for every other answer; 456 is DeepL's way to say that the quota is spent
    """
    if reply.status == 429:
        raise Unavailable(BUSY, retry_after_seconds=60)
    if reply.status == 456:
        raise Unavailable(SPENT, retry_after_seconds=3600)
    if not 200 <= reply.status < 300:
        raise Unavailable(AWAY, retry_after_seconds=60, detail=f"translation: status {reply.status}")
    try:
        return msgspec.json.decode(reply.body, type=shape)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise strange(str(error)) from error


def strange(detail: str) -> Unavailable:
    """The error for an answer that is none."""
    return Unavailable(_STRANGE, retry_after_seconds=60, detail=f"translation: {detail}")
