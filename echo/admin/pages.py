"""What lists for moderators share."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Response

from echo.http.reading import page_link
from echo.store.cursor import Cursor


def linked(response: Response, ids: Sequence[int], cursor: Cursor) -> Response:
    """A page with the Link header to its neighbours.

    Shapes:  ids: of its rows, the newest first
    """
    if ids:
        response.headers["Link"] = page_link(ids[0], ids[-1], with_next=len(ids) >= cursor.limit) or ""
    return response
