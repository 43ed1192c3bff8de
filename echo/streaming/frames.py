"""What goes over the wire: events as WebSocket frames and as server-sent events, and what clients send.

Source:  mastodon-api.md 4.2, 4.4, 4.5
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from echo import clock
from echo.errors import EchoError
from echo.streaming.protocol import Event
from echo.streaming.topics import Label

_encode = msgspec.json.Encoder().encode
# The extension of the ASGI scope by which our own server lets frames through that are whole already.
WRITE_FRAME = "echo.write_frame"
# Writes it now, or returns False: then it must be sent as others are, which waits for the peer.
WriteFrame = Callable[[bytes], bool]
_TEXT = 0x81


def whole(text: bytes) -> bytes:
    """A text message as a server sends it: one frame, final, not masked.

    Source:  RFC 6455, 5.2
    """
    size = len(text)
    if size < 126:
        return bytes((_TEXT, size)) + text
    if size < 1 << 16:
        return bytes((_TEXT, 126)) + size.to_bytes(2, "big") + text
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + text


class ClientFrame(msgspec.Struct, frozen=True):
    """What a client asks for. The fields may hold anything; `text` reads them."""

    type: str = ""
    stream: object = None
    tag: object = None
    list: object = None


_decoder = msgspec.json.Decoder(ClientFrame)


def decode(data: str) -> ClientFrame | None:
    """A frame, or None where it is none: such are ignored."""
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return None


def text(value: object) -> str:
    """A parameter as text; of several the first, of others nothing."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def error(refusal: EchoError) -> str:
    """Why a subscription was refused; the socket stays open."""
    return _encode({"error": refusal.public, "status": refusal.status}).decode()


class Told:
    """One event, encoded once however many hear it.

    Shapes:  payload: a JSON document, a bare id, or nothing; on one line
    """

    __slots__ = ("_frames", "_message", "_own", "_payload", "_quoted", "_whole", "name")

    def __init__(self, name: str, payload: bytes | None = None) -> None:
        self.name = name
        self._payload = payload
        self._quoted = b"" if payload is None else b',"payload":' + _encode(payload.decode())
        self._frames: dict[Label, str] = {}
        self._whole: dict[Label, bytes] = {}
        self._own: dict[Label, str] = {}
        self._message = b""

    def frame(self, label: Label) -> str:
        """As a WebSocket frame; the payload is a text, even when that text is JSON."""
        frame = self._frames.get(label)
        if frame is None:
            head = b'{"stream":' + _encode(label) + b',"event":' + _encode(self.name)
            frame = self._frames[label] = (head + self._quoted + b"}").decode()
        return frame

    def whole_frame(self, label: Label) -> bytes:
        """The same, as it goes over the wire."""
        frame = self._whole.get(label)
        if frame is None:
            frame = self._whole[label] = whole(self.frame(label).encode())
        return frame

    def own_frame(self, label: Label) -> str:
        """As a frame of our own protocol, of what is kept in no log: the payload is an object."""
        frame = self._own.get(label)
        if frame is None:
            now = int(clock.now().timestamp() * 1000)
            event = Event(
                stream=label, event=self.name, data=msgspec.Raw(self._data()), ts=now, origin="live"
            )
            frame = self._own[label] = _encode(event).decode()
        return frame

    def _data(self) -> bytes:
        payload = self._payload or b""
        if payload.startswith(b"{"):
            return payload
        return b'{"id":"%b"}' % payload if self.name.endswith("delete") else b"{}"

    def message(self) -> bytes:
        """As a server-sent event."""
        if not self._message:
            # Mastodon writes what JavaScript calls nothing, and Mastodon.py stops hearing at anything else.
            data = b"undefined" if self._payload is None else self._payload
            self._message = b"event: %s\ndata: %s\n\n" % (self.name.encode(), data)
        return self._message
