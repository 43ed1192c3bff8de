"""What the filters of a viewer say about posts: `filtered` of every Status. The server marks, apps hide.

Filters are kept compiled by the version of their owner's filters, texts by the version of their post, each in
a bounded cache of the process: a viewer without filters costs nothing, one with filters no statement a page
once both are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from echo import addresses, clock
from echo.db import Row
from echo.policy.viewer import Viewer
from echo.render import filter as rendering
from echo.render.bounded import BoundedCache
from echo.render.filter import FilterResult, FilterSummary
from echo.store import filters
from echo.text.keywords import Haystack, Needle, first_match, needle, searchable
from echo.text.sanitize import to_text

NOTHING = b"[]"
_encode = msgspec.json.Encoder().encode
_compiled: BoundedCache[tuple[str, int, int], Filters] = BoundedCache(1_000)
_texts: BoundedCache[tuple[str, int, int], Haystack] = BoundedCache(1_000)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One filter, ready to be applied."""

    summary: FilterSummary
    expires_at: datetime | None
    needles: tuple[Needle, ...]
    post_ids: frozenset[int]

    def result(self, text: Haystack | None, post_ids: Sequence[int]) -> FilterResult | None:
        word = first_match(text, self.needles) if text is not None and self.needles else None
        posts = [str(post_id) for post_id in post_ids if post_id in self.post_ids]
        if word is None and not posts:
            return None
        return FilterResult(
            filter=self.summary,
            keyword_matches=None if word is None else [word],
            status_matches=posts if self.post_ids else None,
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """All filters of a viewer."""

    each: tuple[_Compiled, ...]

    def apply(self, text: Haystack | None, post_ids: Sequence[int]) -> bytes:
        """The JSON of `filtered` for a post with this text; for a boost with both its ids."""
        now = clock.now()
        results = [
            result
            for compiled in self.each
            if (compiled.expires_at is None or compiled.expires_at > now)
            and (result := compiled.result(text, post_ids)) is not None
        ]
        return _encode(results) if results else NOTHING


@dataclass(frozen=True, slots=True)
class Filtering:
    """The filters of the viewers who have any, and the texts of the posts that they shall see, by id."""

    filters: Mapping[int, Filters]
    texts: Mapping[int, Haystack]

    def apply(self, viewer: Viewer, post_id: int, ids: Sequence[int]) -> bytes:
        """The JSON of `filtered` of a post for a viewer.

        Shapes:  ids: by which filters of single posts may know it; for a boost its own, too
        """
        found = self.filters.get(viewer.account_id or 0)
        return NOTHING if found is None else found.apply(self.texts.get(post_id), ids)


_NO_FILTERING = Filtering({}, {})


def versions(rows: Iterable[Row]) -> dict[int, int]:
    """The viewers in rows of `status_rows.moving` who ever had filters, each with the version of those."""
    return {row["viewer_id"]: row["filters_version"] for row in rows if row["filters_version"] is not None}


async def read(known_versions: Mapping[int, int], rows: Sequence[Row]) -> Filtering:
    """What is needed to say what these viewers' filters are about, of these posts (rows as above).

    At most one statement for filters and one for texts, for all that is not known; none without filters.
    """
    if not known_versions:
        return _NO_FILTERING
    found = await _of_viewers(known_versions)
    return Filtering(found, await _texts_of(rows)) if found else _NO_FILTERING


async def _of_viewers(known_versions: Mapping[int, int]) -> dict[int, Filters]:
    base = addresses.here().base
    found: dict[int, Filters] = {}
    missing: dict[int, int] = {}
    for account_id, version in known_versions.items():
        known = _compiled.get((base, account_id, version))
        if known is None:
            missing[account_id] = version
        else:
            found[account_id] = known
    if missing:
        found |= await _compile(base, missing)
    return {account_id: known for account_id, known in found.items() if known.each}


async def _texts_of(rows: Sequence[Row]) -> dict[int, Haystack]:
    """The texts of posts by id. A boost has no text of its own: filters look at what it boosts."""
    base = addresses.here().base
    found: dict[int, Haystack] = {}
    missing: dict[int, Row] = {}
    for row in rows:
        if row["boost_of_id"] is not None:
            continue
        known = _texts.get((base, row["id"], row["version"]))
        if known is None:
            missing[row["id"]] = row
        else:
            found[row["id"]] = known
    for parts in await filters.texts(list(missing)):
        row = missing[parts["id"]]
        found[row["id"]] = _texts.put((base, row["id"], row["version"]), Haystack(_text(parts)))
    return found


async def _compile(base: str, known_versions: Mapping[int, int]) -> dict[int, Filters]:
    by_owner: dict[int, list[_Compiled]] = {account_id: [] for account_id in known_versions}
    for row in await filters.all_of(list(known_versions)):
        by_owner[row["account_id"]].append(
            _Compiled(
                rendering.summary(row),
                row["expires_at"],
                tuple(
                    needle(keyword, whole_word=whole_word)
                    for _, keyword, whole_word in rendering.keywords(row)
                ),
                frozenset(post_id for _, post_id in rendering.posts(row)),
            )
        )
    return {
        account_id: _compiled.put((base, account_id, known_versions[account_id]), Filters(tuple(compiled)))
        for account_id, compiled in by_owner.items()
    }


def _text(row: Row) -> str:
    """Everything that is read of a post: warning, text, choices of its poll, descriptions of its files."""
    choices = msgspec.json.decode(row["choices"] or "[]", type=list[str])
    descriptions = msgspec.json.decode(row["descriptions"] or "[]", type=list[str])
    return searchable([row["spoiler"], to_text(row["html"]), *choices, *descriptions])
