"""From the configuration to engines."""

from __future__ import annotations

from echo.conferencing.janus import Janus
from echo.conferencing.livekit import LiveKit
from echo.config.rooms import Rooms
from echo.ports import MESH, Caller, MeshEngine, RoomEngine


def open_room_engines(config: Rooms, call: Caller) -> dict[str, RoomEngine]:
    """A mesh, and what the operator has set up."""
    engines: dict[str, RoomEngine] = {MESH: MeshEngine()}
    if config.janus_url:
        engines["janus"] = Janus(
            call,
            config.janus_url.rstrip("/"),
            config.janus_public_url,
            config.janus_token_secret,
            config.janus_admin_key,
        )
    if config.livekit_url:
        engines["livekit"] = LiveKit(
            call,
            config.livekit_url.rstrip("/"),
            config.livekit_public_url,
            config.livekit_key,
            config.livekit_secret,
        )
    return engines
