"""A server that lets in only what is signed as it understands, and otherwise says what a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from activitypub import signatures
from activitypub.errors import SignatureError
from activitypub.signatures import Scheme
from activitypub.signatures.keys import load_public_key
from echo.models import AccountKey
from tests.federation.peer import ACTIVITY, Peer
from tests.fediverse import Router


@dataclass
class Strict(Peer):
    """A peer that verifies.

    Shapes:  verifies: the schemes it understands; refusals: what it says to each scheme that it does not;
    asks: its Accept-Signature in a 401; queries: whether it verifies the query of a target; seen: how each
    request was signed
    """

    verifies: set[Scheme] = field(default_factory=set)
    refusals: dict[Scheme, int] = field(default_factory=dict)
    asks: str = ""
    queries: bool = True
    seen: list[tuple[str, Scheme]] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        headers = [(name.lower(), value) for name, value in request.headers.items()]
        target = request.url.raw_path.decode()
        scheme = Scheme.RFC9421 if "signature-input" in request.headers else Scheme.CAVAGE
        self.seen.append((request.method, scheme))
        asked = {"Accept-Signature": self.asks} if self.asks else {}
        try:
            if scheme not in self.verifies:
                return httpx.Response(self.refusals.get(scheme, 401), headers=asked)
            shown = target if self.queries else target.partition("?")[0]
            claim = signatures.claimed(request.method, shown, headers)
            key = await AccountKey.get(account_id=int(claim.key_id.partition("#")[0].rsplit("/", 1)[1]))
            signatures.verify(
                claim,
                body=request.content,
                public_key=load_public_key(key.public_pem),
                our_hosts={self.host},
                now=datetime.now(UTC),
            )
        except SignatureError:
            return httpx.Response(401, headers=asked)
        return await super().answer(request)

    def page(self, path: str) -> str:
        """The address of something that is served."""
        address = f"https://{self.host}{path}"
        self.pages[path] = httpx.Response(
            200, json={"id": address, "type": "Note"}, headers={"content-type": ACTIVITY}
        )
        return address


def strict(router: Router, *verifies: Scheme, host: str = "strict.test", **more: object) -> Strict:
    """A server that verifies these schemes."""
    return Strict(router, host, verifies=set(verifies), **more)  # type: ignore[arg-type]
