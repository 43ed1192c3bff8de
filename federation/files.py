"""Fetching files that posts and accounts of other servers name."""

from __future__ import annotations

from pathlib import Path

from echo.errors import TooLarge, Unavailable
from federation.errors import FederationError
from federation.network import is_ours, network
from federation.transport import Oversize

ACCEPT = "image/*, video/*, audio/*;q=0.9, */*;q=0.1"
DEADLINE_SECONDS = 60.0


class Files:
    """The `echo.ports.RemoteFiles` of a server that federates: through the one guarded client, unsigned."""

    async def download(self, url: str, path: Path, limit_bytes: int) -> None:
        """Write what is at an address there, whatever it claims to be.

        Raises:  TooLarge; Unavailable for everything else that can go wrong elsewhere
        """
        if is_ours(url):
            raise Unavailable(detail=f"our own: {url}")
        if await network().blocked.withhold_files(url):
            raise Unavailable(detail=f"no files are taken from there: {url}")
        try:
            await network().client.download(
                url, path, accept=ACCEPT, limit_bytes=limit_bytes, deadline_seconds=DEADLINE_SECONDS
            )
        except Oversize as error:
            raise TooLarge(detail=str(error)) from error
        except FederationError as error:
            raise Unavailable(detail=str(error)) from error
