"""Routes that apps ask at start and that have nothing to answer yet: a typed empty, so that nothing breaks.

Each is replaced by the real thing; `docs/api/coverage.md` lists what is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from quart import Blueprint, Response

from echo.http.access import needs, public
from echo.http.replies import raw

blueprint = Blueprint("not_yet", __name__)

# path -> scopes of the token that must be sent (None: open to everybody)
EMPTY_LISTS: dict[str, tuple[str, ...] | None] = {}


def _mount(path: str, scopes: tuple[str, ...] | None, answer: Callable[[], Response]) -> None:
    async def view(**_: str) -> Response:
        return answer()

    mark: Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]
    mark = public if scopes is None else needs(*scopes)
    blueprint.add_url_rule(path, endpoint=path.replace("/", "_").replace(".", "_"), view_func=mark(view))


def _empty_list() -> Response:
    return raw(b"[]")


for _path, _scopes in EMPTY_LISTS.items():
    _mount(_path, _scopes, _empty_list)
