"""A server of another make: serves the documents it is given, signs what it is told, keeps what it gets."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx

from activitypub.signatures import cavage, rfc9421
from activitypub.signatures.keys import KeyPair, generate_rsa, load_private_key
from echo import clock
from federation.network import network
from tests.fediverse import Echo, Router

ACTIVITY = "application/activity+json"
LINKED = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = "https://www.w3.org/ns/activitystreams"
Json = dict[str, Any]
_numbers = itertools.count(1)


@cache
def key_pair(number: int) -> KeyPair:
    """One of a few key pairs: they are slow to make."""
    return generate_rsa()


@dataclass
class Actor:
    """Somebody at a peer."""

    peer: Peer
    name: str
    keys: KeyPair

    @property
    def id(self) -> str:
        return f"https://{self.peer.host}/users/{self.name}"

    @property
    def key_id(self) -> str:
        return f"{self.id}#main-key"

    @property
    def document(self) -> Json:
        return {
            "@context": [CONTEXT, "https://w3id.org/security/v1"],
            "id": self.id,
            "type": "Person",
            "preferredUsername": self.name,
            "inbox": f"{self.id}/inbox",
            "outbox": f"{self.id}/outbox",
            "followers": f"{self.id}/followers",
            "following": f"{self.id}/following",
            "endpoints": {"sharedInbox": f"https://{self.peer.host}/inbox"},
            "publicKey": {"id": self.key_id, "owner": self.id, "publicKeyPem": self.keys.public_pem},
            "url": f"https://{self.peer.host}/@{self.name}",
            "name": self.name.title(),
        }

    def note(self, content: str = "hello", **more: Any) -> Json:
        """A public post, not served yet."""
        return {
            "@context": CONTEXT,
            "id": f"{self.id}/notes/{next(_numbers)}",
            "type": "Note",
            "attributedTo": self.id,
            "content": f"<p>{content}</p>",
            "published": _stamp(datetime.now(UTC)),
            "to": [PUBLIC],
            "cc": [f"{self.id}/followers"],
            **more,
        }

    def does(self, kind: str, obj: Any, **more: Any) -> Json:
        """An activity of this actor."""
        return {
            "@context": CONTEXT,
            "id": f"{self.id}/activities/{next(_numbers)}",
            "type": kind,
            "actor": self.id,
            "object": obj,
            "to": [PUBLIC],
            "cc": [],
            **more,
        }

    def creates(self, note: Json, **more: Any) -> Json:
        """The Create of a post."""
        return self.does("Create", note, to=note.get("to", []), cc=note.get("cc", []), **more)

    async def sends(
        self,
        server: Echo,
        activity: Json | bytes,
        *,
        path: str = "/ap/inbox",
        scheme: str = "cavage",
        key_id: str = "",
        keys: KeyPair | None = None,
        at: datetime | None = None,
        **changed: str | None,
    ) -> httpx.Response:
        """Deliver, properly signed. `changed` replaces headers after that (None takes one away)."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        url = f"https://{server.host}{path}"
        sign = cavage.sign_request if scheme == "cavage" else rfc9421.sign_request
        headers: dict[str, str] = sign(
            "POST",
            url,
            key=load_private_key((keys or self.keys).private_pem),
            key_id=key_id or self.key_id,
            now=at or clock.now(),
            body=body,
        )
        for name, value in changed.items():
            title = name.replace("_", "-").title()
            headers.pop(title, None)
            if value is not None:
                headers[title] = value
        return await server.answer(httpx.Request("POST", url, headers=headers, content=body))


@dataclass
class Peer:
    """A server at a host of the router."""

    router: Router
    host: str
    pages: dict[str, httpx.Response | Json] = field(default_factory=dict)
    delivered: list[Json] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    inbox_status: int = 202
    inbox_headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.router.hosts[self.host] = self.answer

    def person(self, name: str = "", *, keys: int = 1, **changed: Any) -> Actor:
        """Somebody whose documents are served."""
        actor = Actor(self, name or f"user{next(_numbers)}", key_pair(keys))
        self.serve(actor.id, {**actor.document, **changed})
        handle = f"acct:{actor.name}@{self.host}"
        self.pages[f"/.well-known/webfinger?resource={handle}"] = jrd(handle, actor.id)
        return actor

    async def forget(self) -> None:
        """Forget what was asked until now, what is asked beside included."""
        while beside := network().background:
            await asyncio.gather(*beside, return_exceptions=True)
        self.requests.clear()

    def serve(self, address: str, document: Json, *, content_type: str = ACTIVITY) -> None:
        """Serve a document at an address of this host."""
        path = address.removeprefix(f"https://{self.host}")
        self.pages[path] = httpx.Response(200, json=document, headers={"content-type": content_type})

    def serve_status(self, address: str, status: int, **headers: str) -> None:
        """Serve nothing but a status."""
        self.pages[address.removeprefix(f"https://{self.host}")] = httpx.Response(status, headers=headers)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.method == "POST":
            if 200 <= self.inbox_status < 300:
                self.delivered.append(json.loads(request.content))
            return httpx.Response(self.inbox_status, headers=self.inbox_headers)
        found = self.pages.get(request.url.raw_path.decode())
        if isinstance(found, httpx.Response):
            return httpx.Response(found.status_code, headers=found.headers, content=found.content)
        if found is not None:
            return httpx.Response(200, json=found, headers={"content-type": "application/jrd+json"})
        return httpx.Response(404)

    def sent(self, kind: str) -> list[Json]:
        """The activities of a kind that arrived here."""
        return [activity for activity in self.delivered if activity["type"] == kind]


def jrd(subject: str, actor: str) -> Json:
    """What WebFinger says."""
    return {"subject": subject, "links": [{"rel": "self", "type": ACTIVITY, "href": actor}]}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp(ago: timedelta = timedelta()) -> str:
    """A time on the wire."""
    return _stamp(datetime.now(UTC) - ago)
