"""Requests as bytes: made before anything is measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast
from urllib.parse import quote

from activitypub.signatures.cavage import sign_request
from activitypub.signatures.keys import PrivateKey, load_private_key
from bench.world import World

ACTIVITY = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def get(port: int, path: str, *, token: str = "", accept: str = "application/json") -> bytes:
    """A GET request on a connection that stays open."""
    lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", f"Accept: {accept}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def call(port: int, method: str, path: str, *, token: str, **given: object) -> bytes:
    """A request with a JSON body."""
    body = json.dumps(given).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send_form(port: int, path: str, body: bytes, content_type: str, *, token: str) -> bytes:
    """A request with a body that somebody has written."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def post_status(port: int, text: str, *, token: str) -> bytes:
    """A request that publishes a post."""
    return call(port, "POST", "/api/v1/statuses", token=token, status=text, visibility="public")


def open_socket(port: int, *, token: str, stream: str = "user") -> bytes:
    """A request that opens a WebSocket with somebody's own stream, or with another, or with none."""
    wanted = f"stream={stream}&" if stream else ""
    return (
        f"GET /api/v1/streaming?{wanted}access_token={quote(token)} HTTP/1.1\r\n"
        f"Host: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def masked(text: bytes) -> bytes:
    """A short text as a frame of a client, with a mask of zeros."""
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text


def signed_creates(port: int, world: World, count: int, *, run: str) -> list[bytes]:
    """Deliveries of new posts by the senders, each naming somebody here, signed now.

    Shapes:  run: makes the ids differ from those of other calls
    """
    key = load_private_key(world.sender_key.private_pem)
    return [_signed(port, world, key, f"{run}-{number}", number) for number in range(count)]


def _signed(port: int, world: World, key: PrivateKey, unique: str, number: int) -> bytes:
    sender = world.senders[number % len(world.senders)]
    named = world.people[number % len(world.people)].account
    return _delivery(port, key, sender, _create(sender, named.uri, named.username, unique))


def _delivery(port: int, key: PrivateKey, sender: str, activity: dict[str, object]) -> bytes:
    body = json.dumps(activity).encode()
    headers = sign_request(
        "POST",
        f"http://localhost:{port}/ap/inbox",
        key=key,
        key_id=f"{sender}#main-key",
        now=datetime.now(UTC),
        body=body,
    )
    lines = ["POST /ap/inbox HTTP/1.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def signed_reactions(port: int, world: World, post_id: int) -> list[bytes]:
    """A boost or an answer of each of the strangers, every fifth an answer, signed now."""
    key = load_private_key(world.sender_key.private_pem)
    target = f"http://localhost:{port}/ap/posts/{post_id}"
    author = target.rpartition("/ap/")[0]
    made = []
    for number, sender in enumerate(world.strangers):
        if number % 5:
            activity: dict[str, object] = {
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": f"{sender}/boosts/{post_id}",
                "type": "Announce",
                "actor": sender,
                "object": target,
                "to": [PUBLIC],
                "cc": [f"{sender}/followers"],
            }
        else:
            activity = _create(sender, author, "everybody", f"answer-{number}")
            note = dict(cast(dict[str, object], activity["object"]))
            activity["object"] = note | {"inReplyTo": target, "tag": []}
        made.append(_delivery(port, key, sender, activity))
    return made


def _create(sender: str, named: str, username: str, unique: str) -> dict[str, object]:
    address = {"to": [PUBLIC], "cc": [f"{sender}/followers", named]}
    text = f'<p><span class="h-card"><a href="{named}" class="u-url mention">@{username}</a></span> '
    note = {
        "id": f"{sender}/posts/{unique}",
        "type": "Note",
        "attributedTo": sender,
        "url": f"{sender}/posts/{unique}",
        "published": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "content": text + "a letter from elsewhere, about as long as most are. " * 4 + "</p>",
        "contentMap": {"en": text + "</p>"},
        "sensitive": False,
        "tag": [
            {"type": "Mention", "href": named, "name": f"@{username}"},
            {"type": "Hashtag", "href": "http://localhost/tags/books", "name": "#books"},
        ],
        **address,
    }
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{sender}/posts/{unique}/activity",
        "type": "Create",
        "actor": sender,
        "object": note,
        **address,
    }


def marked_posts(port: int, count: int, *, token: str) -> Iterator[bytes]:
    """Posts whose events can be told apart."""
    for number in range(count):
        yield post_status(port, f"latency-{number}- is what this says", token=token)
