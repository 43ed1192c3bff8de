"""Hypercorn's HTTP/1.1, without the parts that Echo does not want on its port."""

from __future__ import annotations

from dataclasses import replace

import h11
from hypercorn.protocol.events import Event, Response
from hypercorn.protocol.h11 import H11Protocol, H11WSConnection
from hypercorn.protocol.ws_stream import ASGIWebsocketState, WSStream

# A close frame that we send: final, not masked.
CLOSE_FRAME = b"\x88"
PING_FRAME = b"\x89\x00"


class Http11(H11Protocol):
    """One connection's protocol: requests, or a WebSocket after the upgrade.

    Shapes:  is_event_stream: whether the answer that was begun last goes on as server-sent events
    """

    is_event_stream = False

    @property
    def is_open_websocket(self) -> bool:
        """Whether the upgrade has been granted: from then on each write is one whole frame."""
        return (
            isinstance(self.connection, H11WSConnection)
            and isinstance(self.stream, WSStream)
            and self.stream.state in (ASGIWebsocketState.CONNECTED, ASGIWebsocketState.CLOSED)
        )

    async def stream_send(self, event: Event) -> None:
        """Say that the connection ends after an answer whose request has not come whole: Hypercorn only ends
        it, and the next request of a client or proxy that goes on with it would be lost.
        """
        if isinstance(event, Response):
            kind = dict(event.headers).get(b"content-type", b"")
            self.is_event_stream = kind.startswith(b"text/event-stream")
        is_early = self.connection.their_state is h11.SEND_BODY
        if is_early and isinstance(event, Response) and event.status_code >= 200:
            event = replace(event, headers=[*event.headers, (b"connection", b"close")])
        await super().stream_send(event)

    async def _check_protocol(self, event: h11.Request) -> None:
        """No HTTP/2 in clear text: nothing that reaches this port needs it, and it is much to attack."""

    async def _create_stream(self, request: h11.Request) -> None:
        """Offer no compression of frames: its contexts take 300 kB for each socket of a browser."""
        if any(name == b"sec-websocket-extensions" for name, _ in request.headers):
            request = h11.Request(
                method=request.method,
                target=request.target,
                http_version=request.http_version,
                headers=[
                    (name, value) for name, value in request.headers if name != b"sec-websocket-extensions"
                ],
            )
        await super()._create_stream(request)
