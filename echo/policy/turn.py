"""Servers that help browsers to find each other, with credentials that coturn checks without asking us.

Source:  draft-uberti-behave-turn-rest-00; coturn `use-auth-secret`
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from echo import clock, settings


def ice_servers(account_id: int) -> list[dict[str, object]]:
    """What goes into `RTCPeerConnection({iceServers})` for one person; the last ones end after a while."""
    config = settings.here().rooms
    servers: list[dict[str, object]] = []
    if config.stun_servers:
        servers.append({"urls": config.stun_servers})
    if config.turn_servers and config.turn_secret:
        expires_at = int(clock.now().timestamp()) + config.turn_seconds
        username = f"{expires_at}:{account_id}"
        servers.append(
            {
                "urls": config.turn_servers,
                "username": username,
                "credential": _credential(config.turn_secret, username),
            }
        )
    return servers


def _credential(secret: str, username: str) -> str:
    # coturn knows SHA-1 only; as a MAC it is sound.
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
