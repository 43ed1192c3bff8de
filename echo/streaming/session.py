"""What a socket is after `echo:hello`: what it says then, and what is done about it."""

from __future__ import annotations

import asyncio
import logging
import secrets

import msgspec

from echo import cache, event_log
from echo.errors import BadRequest, EchoError, Unavailable
from echo.policy.access import Access
from echo.streaming import protocol, requests, signals
from echo.streaming.protocol import (
    Hello,
    Limits,
    Ping,
    Pong,
    Refusal,
    Request,
    Said,
    SignalFromClient,
    Welcome,
)
from echo.streaming.registry import Caps

log = logging.getLogger(__name__)
# Requests that are being answered: a client that leaves does not stop them half-way.
_under_way: set[asyncio.Task[bytes]] = set()


class Session:
    """Shapes:  id: a name for this one socket, so that others can signal to it alone"""

    __slots__ = ("id",)

    def __init__(self) -> None:
        self.id = secrets.token_urlsafe(12)


def read(data: str) -> Said:
    """A frame of this protocol. Raises BadRequest for what is none."""
    try:
        said: Said = protocol.decode(data)
        return said
    except msgspec.MsgspecError as error:
        raise BadRequest(str(error)) from error


def refusal(error: EchoError) -> str:
    """What a socket is told whose frame could not be taken."""
    return protocol.encode(Refusal(error=requests.failure(error))).decode()


async def welcome(access: Access, session: Session, _: Hello, limits: Limits) -> Welcome:
    """The answer to hello. Raises Unavailable without Redis: a client then goes on without this protocol."""
    try:
        state = await event_log.open_log(access.user_id or 0)
    except cache.OUTAGES as error:
        raise Unavailable(retry_after_seconds=5, detail=f"Redis: {error}") from error
    return Welcome(
        session=session.id,
        epoch=state.epoch,
        cursor=state.newest,
        resumed=False,
        missed=0,
        heartbeat_seconds=protocol.HEARTBEAT_SECONDS,
        limits=limits,
        features=(*requests.METHODS, *(f"signal:{kind}" for kind in signals.SIGNALS)),
    )


async def obey(access: Access, session: Session, said: Said) -> str:
    """Do what was said after hello; the frame that answers it, or nothing."""
    match said:
        case Request():
            task = asyncio.create_task(requests.answer(access, said))
            _under_way.add(task)
            task.add_done_callback(_under_way.discard)
            return (await asyncio.shield(task)).decode()
        case SignalFromClient():
            await signals.pass_on(access, session.id, said)
        case Ping():
            return protocol.encode(Pong()).decode()
    return ""


def limits_of(caps: Caps, *, frame_bytes: int, frames: tuple[float, float], queue: tuple[int, int]) -> Limits:
    """What a welcome says of limits.

    Shapes:  frames: so many a second, and so many at once; queue: most frames and most bytes that wait
    """
    return Limits(
        frame_bytes=frame_bytes,
        frames_a_second=frames[0],
        frames_at_once=frames[1],
        subscriptions=caps.subscriptions,
        sockets=caps.per_user,
        queue_frames=queue[0],
        queue_bytes=queue[1],
        ack_seconds=1.0,
    )
