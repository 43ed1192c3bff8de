"""THE table of signals that a client may send, `echo:sig`: kind -> what it carries and what becomes of it.

Signals for clients need no line: `echo.bus.signal` says them to people, or to one session of somebody.
"""

from __future__ import annotations

import logging

import msgspec

from echo.cache import OUTAGES
from echo.errors import BadRequest, EchoError
from echo.policy.access import Access
from echo.policy.scopes import covers
from echo.streaming.protocol import SignalFromClient
from echo.streaming.signals import rooms, typing
from echo.streaming.signals.signal import Signal as Signal

log = logging.getLogger(__name__)
SIGNALS: dict[str, Signal] = {**rooms.SIGNALS, **typing.SIGNALS}
# What a token must cover to hear the signals of a kind.
HEARD = {"rtc": "read:rooms", "typing": "read:chats", "presence": "read:chats"}


async def pass_on(access: Access, session_id: str, sent: SignalFromClient) -> None:
    """Do what a signal is for. Nobody waits for it, so what is refused or unknown is dropped.

    Raises:  BadRequest for one that does not carry what its kind does
    """
    signal = SIGNALS.get(sent.kind)
    if signal is None or not covers(access.scopes, signal.scope):
        return
    try:
        said = msgspec.json.decode(sent.data, type=signal.params)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadRequest(f"signal:{sent.kind}: {error}") from error
    try:
        await signal.run(access, session_id, said)
    except (EchoError, *OUTAGES) as error:
        log.debug("signal %s dropped: %s", sent.kind, error)
    except Exception:
        log.exception("signal %s failed", sent.kind)
