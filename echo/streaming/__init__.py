"""Live streams: Mastodon's WebSocket and server-sent events."""

from echo.streaming import events, socket, sse
from echo.streaming.hubs import hub_of, install
from echo.streaming.registry import Caps

BLUEPRINTS = (socket.blueprint, sse.blueprint, events.blueprint)

__all__ = ["BLUEPRINTS", "Caps", "hub_of", "install"]
