"""The question in a post."""

from __future__ import annotations

from activitypub import limits
from activitypub.document import Document
from activitypub.objects import Poll, PollOption
from activitypub.read.values import short_text


def read_poll(document: Document) -> Poll | None:
    """Read the options and dates of a Question; None when it asks nothing."""
    multiple = document.has("anyOf") and bool(document.values("anyOf"))
    options = _options(document, "anyOf" if multiple else "oneOf")
    if not options:
        return None
    return Poll(
        options=options,
        multiple=multiple,
        end_at=document.moment("endTime"),
        closed_at=document.moment("closed"),
        closed=document.boolean("closed") or False,
        voters_count=document.count("votersCount"),
    )


def _options(document: Document, key: str) -> tuple[PollOption, ...]:
    found: list[PollOption] = []
    for item in document.documents(key, at_most=limits.POLL_OPTIONS):
        name = short_text(item, "name", at_most=limits.POLL_OPTION_CHARS)
        name = name or short_text(item, "content", at_most=limits.POLL_OPTION_CHARS)
        if name is not None:
            replies = item.document("replies")
            votes = None if replies is None else replies.count("totalItems")
            found.append(PollOption(name=name, votes=votes or 0))
    return tuple(found)
