"""What people type, as a wish that an index understands: names become ids, days become stretches of ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from echo import addresses, ids
from echo.ports import Mark, SearchWish
from echo.store import accounts
from echo.text.search_query import Period, SearchQuery, Someone

# Nobody has this id: posts of somebody unknown are none.
_NOBODY_ID = 0


async def of(
    query: SearchQuery, viewer_id: int, *, author_id: int | None = None, from_id: int = 0, below_id: int
) -> SearchWish:
    """The wish behind a query.

    Shapes:  author_id: of posts by this person only; from_id, below_id: and with ids in this stretch
    """
    marks = [*query.marks, *await _people(query.people, viewer_id)]
    if author_id is not None:
        marks.append(Mark(f"from:{author_id}"))
    without: list[tuple[int, int]] = []
    for period in query.periods:
        low, high = _stretch(period)
        if period.is_negated:
            without.append((low, high))
        else:
            from_id, below_id = max(from_id, low), min(below_id, high)
    return SearchWish(
        viewer_id=viewer_id,
        terms=tuple(query.terms),
        marks=tuple(marks),
        corpus=query.corpus,
        outside=query.outside,
        from_id=from_id,
        below_id=below_id,
        without=tuple(without),
    )


async def _people(people: Sequence[Someone], viewer_id: int) -> list[Mark]:
    here = addresses.here()
    ours = ("", here.domain.lower(), here.host.lower())
    handles = [(p.name.lower(), "" if p.domain.lower() in ours else p.domain.lower()) for p in people]
    known = await accounts.find_by_handles([handle for handle in handles if handle[0]])
    marks = []
    for someone, handle in zip(people, handles, strict=True):
        found = known.get(handle)
        account_id = viewer_id if not someone.name else _NOBODY_ID if found is None else found["id"]
        marks.append(Mark(f"{someone.relation}:{account_id}", someone.is_negated))
    return marks


def _stretch(period: Period) -> tuple[int, int]:
    return _first_id(period.start, 0), _first_id(period.end, ids.MAX_ID)


def _first_id(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else min(ids.first_id_at(moment), ids.MAX_ID)
