"""Questions into `RemotePoll`, polls of ours into questions, choices of people here into notes."""

from __future__ import annotations

from activitypub import objects as wire
from activitypub.vocabulary import NoteKind
from echo import clock
from echo.actions.drafts import RemotePoll
from echo.store.polls import PollPart


def poll_from(poll: wire.Poll) -> RemotePoll:
    """What a question of another server asks; `closed` without a date is as good as an end right now."""
    ends = [moment for moment in (poll.closed_at, poll.end_at) if moment is not None]
    return RemotePoll(
        options=tuple((option.name, option.votes) for option in poll.options),
        multiple=poll.multiple,
        expires_at=min(ends) if ends else clock.now() if poll.closed else None,
        voters=poll.voters_count,
    )


def poll_of(part: PollPart) -> wire.Poll:
    """How we tell other servers of a poll of ours; hidden totals leave when it is over."""
    is_over = part.expires_at is not None and part.expires_at <= clock.now()
    shows_totals = is_over or not part.hide_totals
    return wire.Poll(
        options=tuple(
            wire.PollOption(name=title, votes=votes if shows_totals else 0) for title, votes in part.options
        ),
        multiple=part.multiple,
        end_at=part.expires_at,
        closed_at=part.expires_at if is_over else None,
        voters_count=part.voters,
    )


def vote_of(*, uri: str, voter: str, title: str, poll_uri: str, author: str) -> wire.Note:
    """A choice of somebody here, for the author of the poll."""
    return wire.Note(
        id=uri, kind=NoteKind.NOTE, attributed_to=voter, name=title, in_reply_to=poll_uri, to=(author,)
    )
