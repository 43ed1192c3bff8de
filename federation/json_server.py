"""A service that the configuration names, such as a Meilisearch server: it may stand at any address, with or
without TLS, because whoever runs this server has written it down. Redirects are not followed."""

from __future__ import annotations

import ipaddress

import msgspec

from echo import __version__
from echo.errors import Unavailable
from federation.client import Client
from federation.errors import FederationError
from federation.reach import Reach
from federation.transport import Transport, open_transport

_EVERYWHERE = Reach(
    extra=(ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")), ports=None, plain_http=True
)
SECONDS = 10.0
ANSWER_BYTES = 4 * 1_048_576


class JsonServer:
    """Speaks JSON with one server.

    Shapes:  url: without a trailing slash; key: sent as a bearer token, empty for none
    """

    def __init__(self, url: str, key: str, *, transport: Transport | None = None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._client = Client(
            transport=transport or open_transport(_EVERYWHERE, connections=16),
            reach=_EVERYWHERE,
            user_agent=f"Echo/{__version__}",
            deadline_seconds=SECONDS,
            per_host=16,
        )

    async def ask(self, method: str, path: str, document: object = None) -> tuple[int, bytes]:
        """One request. Returns the status and the answer. Raises Unavailable when there is none."""
        body = b"" if document is None else msgspec.json.encode(document)
        try:
            answer = await self._client.call(
                method, self._url + path, body, headers=self._headers, limit_bytes=ANSWER_BYTES
            )
        except FederationError as error:
            raise Unavailable(retry_after_seconds=5, detail=f"{self._url}: {error}") from error
        return answer.status, answer.body

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()
