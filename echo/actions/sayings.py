"""From drafts, and from rows, to what policies look at."""

from __future__ import annotations

from collections.abc import Sequence

from echo.actions.composing import Composed
from echo.actions.drafts import RemotePost
from echo.db import Row
from echo.kinds import Visibility
from echo.models import Account, Media
from echo.policy.pipeline.said import Door, Said
from echo.text.anchors import anchors_of
from echo.text.hashtags import normalised
from echo.text.sanitize import to_text


def of_local(
    door: Door,
    author: Account,
    composed: Composed,
    *,
    more: Sequence[str] = (),
    files: Sequence[Media] = (),
    visibility: Visibility,
    is_reply: bool = False,
    is_edit: bool = False,
) -> Said:
    """What somebody here says.

    Shapes:  more: other texts that belong to it: warning, poll
    """
    described = [file.description or "" for file in files]
    return Said(
        door=door,
        author_id=author.id,
        host=author.domain,
        author=(author.username, author.display_name),
        text=_joined(to_text(composed.html), *more, *described),
        links=anchors_of(composed.html).links,
        hashtags=tuple(composed.hashtags),
        mentions=len(composed.mentioned_ids),
        mentioned_ids=composed.mentioned_ids,
        files=len(files),
        visibility=visibility,
        is_reply=is_reply,
        is_edit=is_edit,
    )


def of_remote(author: Account, draft: RemotePost, *, is_edit: bool = False) -> Said:
    """What somebody elsewhere says. People who are not known here count as named too."""
    anchors = anchors_of(draft.html)
    options = [title for title, _ in draft.poll.options] if draft.poll else []
    described = [file.description or "" for file in draft.media]
    return Said(
        door=Door.REMOTE,
        author_id=author.id,
        host=author.host,
        author=(author.username, author.display_name),
        text=_joined(to_text(draft.html), draft.spoiler, *options, *described),
        links=anchors.links,
        hashtags=normalised(draft.hashtags),
        mentions=max(anchors.people, len(draft.mentioned_ids)),
        mentioned_ids=draft.mentioned_ids,
        files=len(draft.media),
        visibility=draft.visibility,
        is_reply=draft.in_reply_to_id is not None,
        is_edit=is_edit,
        uri=draft.uri,
    )


def of_row(row: Row) -> Said:
    """What a stored post says, of `echo.store.policies.latest_posts`."""
    anchors = anchors_of(row["html"])
    mentioned = tuple(row["mentioned"])
    return Said(
        door=Door.LOCAL if row["local"] else Door.REMOTE,
        author_id=row["author_id"],
        host=row["host"],
        author=(row["username"], row["display_name"]),
        text=_joined(to_text(row["html"]), row["spoiler"], *row["options"], *row["descriptions"]),
        links=anchors.links,
        hashtags=tuple(row["hashtags"]),
        mentions=len(mentioned) if row["local"] else max(anchors.people, len(mentioned)),
        mentioned_ids=mentioned,
        files=row["files"],
        visibility=Visibility(row["visibility"]),
        is_reply=row["in_reply_to_id"] is not None,
        uri=row["uri"],
    )


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
