"""Pages of a list: the four parameters that ask for one, and the Link header that names its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from echo.http.params import Pair, Params

# Never repeated in a link: the cursors themselves, and what may not be shown to anyone who sees a URL.
_NOT_REPEATED = frozenset(("max_id", "since_id", "min_id", "offset", "access_token", "bearer_token"))


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for. Cursors are exclusive, answers always newest first.

    `since_id`: the newest page, down to the cursor; `min_id`: the page that adjoins the cursor.
    """

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @classmethod
    def read(cls, params: Params, *, default: int, maximum: int) -> Page:
        """The page that a request asks for.

        Returns: limit cut to `maximum`, a negative one made positive, 0 kept for lists where it means all;
                 cursors that are no ids count as absent; `since_id` is dropped beside `min_id`
        Source:  mastodon-api.md 6.2
        """
        min_id = params.id("min_id")
        return cls(
            limit=min(abs(params.integer("limit", default)), maximum),
            max_id=params.id("max_id"),
            since_id=None if min_id is not None else params.id("since_id"),
            min_id=min_id,
        )


def repeatable(query: Iterable[Pair]) -> list[Pair]:
    """The filters of a request that the links to its neighbours must repeat; without cursors and tokens."""
    return [(name, value) for name, value in query if name not in _NOT_REPEATED]


def link_header(
    url_base: str,
    repeat: Iterable[Pair],
    *,
    next_page: Mapping[str, str | int] | None = None,
    prev_page: Mapping[str, str | int] | None = None,
) -> str | None:
    """The value of the Link header, next page first; None where there is neither.

    Shapes:  url_base: absolute, without query; repeat: see `repeatable`; pages: `{"max_id": 1}` and such
    """
    kept = repeatable(repeat)
    links = []
    for relation, page in (("next", next_page), ("prev", prev_page)):
        if page is not None:
            query = urlencode([*kept, *((name, str(value)) for name, value in page.items())])
            links.append(f'<{url_base}?{query}>; rel="{relation}"')
    return ", ".join(links) or None
