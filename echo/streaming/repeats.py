"""Requests that may be sent twice: what was answered to a key is kept for an hour, for every process.

Without Redis nothing is remembered; a method that must not be done twice keeps its key in its rows as well
(`echo.streaming.methods.method.idempotency_key`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from echo import cache
from echo.errors import Conflict, Invalid

log = logging.getLogger(__name__)
# Longer than a request takes; then a process that died with it stands in nobody's way.
BUSY_SECONDS = 60
KEEP_SECONDS = 3600
# A longer answer is not kept: asked again, the request is done again.
MOST_BYTES = 32 * 1024


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """`result` is empty while the request is under way."""

    mark: bytes
    result: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


def mark_of(method: str, params: bytes | msgspec.Raw) -> bytes:
    """By what two requests with one key are known to be the same."""
    return blake2b(method.encode() + b"\0" + bytes(params), digest_size=12).digest()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request of somebody that carries a key."""

    user_id: int
    key: str
    mark: bytes

    async def begin(self) -> bytes | None:
        """What was answered before; None when it is to be done now.

        Raises:  Conflict while the same is under way; Invalid when the key stands for another request
        """
        try:
            taken = await cache.client().set(
                self._place(), _encode(_Kept(self.mark, b"")), nx=True, ex=BUSY_SECONDS
            )
            found = None if taken else await cache.client().get(self._place())
        except cache.OUTAGES as error:
            log.warning("it is not known whether this was asked before: %s", error)
            return None
        if found is None:
            return None
        kept = _decode(found)
        if kept.mark != self.mark:
            raise Invalid("This key was used for another request")
        if not kept.result:
            raise Conflict("The same request is under way")
        return kept.result

    async def keep(self, result: bytes) -> None:
        """It is done."""
        if len(result) > MOST_BYTES:
            await self.give_up()
            return
        try:
            await cache.client().set(self._place(), _encode(_Kept(self.mark, result)), ex=KEEP_SECONDS)
        except cache.OUTAGES as error:
            log.warning("an answer is not kept: %s", error)

    async def give_up(self) -> None:
        """It was not done: it may be asked again."""
        try:
            await cache.client().delete(self._place())
        except cache.OUTAGES as error:
            log.warning("a key stays taken for a minute: %s", error)

    def _place(self) -> str:
        return cache.key("asked", self.user_id, self.key)
