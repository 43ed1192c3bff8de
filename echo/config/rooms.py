"""The keys about live rooms."""

from __future__ import annotations

from typing import Annotated, Literal

from echo.config.section import Doc, Section


class Rooms(Section, frozen=True):
    """Live rooms for voices and pictures. In small ones browsers talk to each other; Echo helps them meet."""

    engine: Annotated[
        Literal["mesh", "janus", "livekit"],
        Doc(
            description=(
                "What carries sound and pictures in new rooms: mesh (the browsers themselves), janus or "
                "livekit."
            )
        ),
    ] = "mesh"
    most_people: Annotated[
        int,
        Doc(
            description=(
                "Most people in a room whose sound and pictures a server passes on. Between browsers alone "
                "it is 4, or 8 without pictures, whatever stands here."
            ),
            ge=2,
            le=500,
        ),
    ] = 50
    stun_servers: Annotated[
        list[str],
        Doc(
            description=(
                "Servers that tell a browser its public address, such as stun:turn.example.org:3478. Without "
                "one, browsers behind different routers seldom find each other."
            )
        ),
    ] = []
    turn_servers: Annotated[
        list[str],
        Doc(
            description=(
                "Servers that pass on what finds no direct way, such as "
                "turn:turn.example.org:3478?transport=udp (coturn)."
            )
        ),
    ] = []
    turn_secret: Annotated[
        str,
        Doc(description="`static-auth-secret` of coturn; better from a file or the environment."),
    ] = ""
    turn_seconds: Annotated[
        int, Doc(description="How long credentials for it are valid, in seconds.", ge=60, le=86400)
    ] = 7200
    janus_url: Annotated[
        str,
        Doc(
            description=(
                "Where we reach the HTTP interface of Janus, such as http://127.0.0.1:8088/janus. Empty: "
                "no Janus."
            )
        ),
    ] = ""
    janus_public_url: Annotated[
        str, Doc(description="Where browsers reach its WebSocket, such as wss://janus.example.org/.")
    ] = ""
    janus_token_secret: Annotated[
        str, Doc(description="Its `token_auth_secret`; better from a file or the environment.")
    ] = ""
    janus_admin_key: Annotated[
        str,
        Doc(description="`admin_key` of its plugin videoroom; better from a file or the environment."),
    ] = ""
    livekit_url: Annotated[
        str,
        Doc(description="Where we reach LiveKit, such as http://127.0.0.1:7880. Empty: no LiveKit."),
    ] = ""
    livekit_public_url: Annotated[
        str, Doc(description="Where browsers reach it, such as wss://livekit.example.org.")
    ] = ""
    livekit_key: Annotated[str, Doc(description="Its API key.")] = ""
    livekit_secret: Annotated[
        str, Doc(description="The secret of that key; better from a file or the environment.")
    ] = ""
    allowed_private_ranges: Annotated[
        list[str],
        Doc(description="Networks (CIDR) of these servers in this house, such as 127.0.0.1/32."),
    ] = []
