"""Live streams: Mastodon's WebSocket and server-sent events."""

from echo.streaming import health

BLUEPRINTS = (health.blueprint,)
