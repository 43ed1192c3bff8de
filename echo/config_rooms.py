"""The keys about live rooms."""

from __future__ import annotations

from typing import Annotated

from echo.config_section import Doc, Section


class Rooms(Section, frozen=True):
    """Live rooms for voices and pictures. In small ones browsers talk to each other; Echo helps them meet."""

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
