"""Polls: asked with a post, voted in, counted, and over some day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from echo import clock, db, ports, settings
from echo.actions.drafts import PollDraft, RemotePoll
from echo.actions.notify import tell
from echo.errors import Invalid
from echo.events import Acted, PollCounted, Voted
from echo.kinds import NotificationKind
from echo.models import Post
from echo.policy import polls as rules
from echo.policy.viewer import Viewer
from echo.store import notifications, polls, posts
from echo.store.polls import Answers, Stored

# New counts are told this long after a vote, together with the votes that come in meanwhile.
TELL_AFTER = timedelta(minutes=3)
# Somebody waits for the answer.
ASK_SECONDS = 4.0
COUNT_MAX = 2**31 - 1


def answers_of(draft: PollDraft) -> Answers:
    """A question of somebody here, running from now on. Raises Invalid when it is none that may be asked."""
    limits = settings.here().limits
    titles = rules.tidy_options(draft.options, limits)
    seconds = rules.require_duration(draft.duration_seconds, limits)
    return Answers(
        titles=titles,
        multiple=draft.multiple,
        expires_at=clock.now() + timedelta(seconds=seconds),
        hide_totals=draft.hide_totals,
    )


def answers_from(remote: RemotePoll) -> Answers:
    """A question of another server with its counts."""
    return Answers(
        titles=[title for title, _ in remote.options],
        multiple=remote.multiple,
        expires_at=remote.expires_at,
        votes=[min(votes, COUNT_MAX) for _, votes in remote.options],
        voters=None if remote.voters is None else min(remote.voters, COUNT_MAX),
    )


async def vote(voter_id: int, poll_id: int, choices: Sequence[int]) -> None:
    """Choose in a poll that one can read; what is chosen at the same time from elsewhere counts once.

    Raises:  NotFound; Invalid as `policy.polls.require_vote`
    """
    async with db.unit_of_work() as unit:
        poll = await _open(voter_id, poll_id)
        positions = await _require_vote(poll, voter_id, choices)
        await polls.add_votes(poll.id, voter_id, positions)
        unit.emit(Acted(local=True, account_id=voter_id, post_id=poll.post_id))
        if poll.local:
            await _tell_later(poll)
        else:
            unit.emit(Voted(local=True, poll_id=poll.id, account_id=voter_id))


async def receive_vote(voter_id: int, post_id: int, title: str, uri: str) -> None:
    """Count a choice that somebody elsewhere made in a poll of ours.

    Raises:  NotFound when there is no such poll for them; Invalid when it does not count
    """
    async with db.unit_of_work():
        post = await posts.get(Viewer(voter_id), post_id)
        found = await polls.find_of_post(post.id)
        if found is None or not found.local:
            raise Invalid(detail=f"{post.uri} asks nothing")
        poll = await _open(voter_id, found.id)
        places = [place for place, known in enumerate(poll.titles) if known == title]
        positions = await _require_vote(poll, voter_id, places or [-1])
        await polls.add_votes(poll.id, voter_id, positions, uri=uri)
        await _tell_later(poll)


async def begin(post: Post) -> None:
    """A post was held back until now: its poll runs as long as was asked for from here on."""
    poll = await polls.find_of_post(post.id)
    if poll is not None and poll.expires_at is not None:
        await polls.lock(poll.id)
        waited = max(clock.now() - post.created_at, timedelta())
        await polls.set_end(poll.id, poll.expires_at + waited, hide_totals=poll.hide_totals)


async def receive_counts(post: Post, remote: RemotePoll | None) -> bool:
    """Take what the origin counts; False when it asks something else than what we know, or nothing is new."""
    async with db.unit_of_work() as unit:
        poll = await polls.find_of_post(post.id)
        if remote is None or poll is None or poll.local:
            return False
        await polls.lock(poll.id)
        answers = answers_from(remote)
        if not _is_same(poll, answers):
            return False
        is_changed = await polls.set_counts(poll.id, answers.votes, answers.voters)
        if answers.expires_at != poll.expires_at and not _are_over(poll, answers):
            await polls.set_end(poll.id, answers.expires_at, hide_totals=poll.hide_totals)
            is_changed = True
        if is_changed:
            unit.emit(PollCounted(local=False, post_id=post.id))
    return is_changed


async def ask_again(poll: Stored) -> None:
    """Ask the origin of a poll elsewhere how it stands, when what we know is old. It may not answer."""
    if not poll.local and await polls.take_stale(poll.id):
        with suppress(TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                await ports.directory().refresh_post(poll.post_uri)


async def change(post: Post, answers: Answers | None) -> tuple[int | None, bool]:
    """Ask something else, or nothing, with a post that is locked. Other answers forget the votes.

    Returns: the id of its poll, and whether anything changed
    """
    poll = await polls.find_of_post(post.id)
    if answers is None:
        if poll is not None:
            await polls.delete(poll.id)
        return None, poll is not None
    if poll is None:
        poll_id = await polls.new_id()
        await polls.insert(poll_id, post.id, answers)
        return poll_id, True
    await polls.lock(poll.id)
    is_same = _is_same(poll, answers)
    if not is_same:
        await polls.replace(poll.id, answers)
    elif not poll.local:
        await polls.set_counts(poll.id, answers.votes, answers.voters)
    is_as_before = (poll.expires_at, poll.hide_totals) == (answers.expires_at, answers.hide_totals)
    await polls.set_end(poll.id, answers.expires_at, hide_totals=answers.hide_totals)
    if not is_as_before or not is_same:
        # What was told of its end is no longer so; it ends again.
        await notifications.delete_one_kind(post.author_id, post.id, NotificationKind.POLL)
    return poll.id, not (is_same and is_as_before)


async def do_due(limit: int) -> int:
    """Tell of polls that are over, and of new counts. Returns how many there were."""
    async with db.unit_of_work() as unit:
        ended = await polls.take_ended(limit)
        for row in ended:
            if not row["is_deleted"]:
                told = await polls.voters_here(row["id"])
                if row["local"]:
                    told.append(row["author_id"])
                await tell(unit, told, NotificationKind.POLL, row["author_id"], row["post_id"])
                unit.emit(PollCounted(local=row["local"], post_id=row["post_id"]))
        counted = await polls.take_counted(limit)
        for row in counted:
            unit.emit(PollCounted(local=row["local"], post_id=row["post_id"]))
    return len(ended) + len(counted)


async def _open(voter_id: int, poll_id: int) -> Stored:
    """The poll, locked, as far as this person may read it. Raises NotFound."""
    await polls.lock(poll_id)
    poll = await polls.get(poll_id)
    await posts.get(Viewer(voter_id), poll.post_id)
    return poll


async def _require_vote(poll: Stored, voter_id: int, choices: Sequence[int]) -> tuple[int, ...]:
    ballot = rules.Ballot(
        options=len(poll.titles),
        multiple=poll.multiple,
        expires_at=poll.expires_at,
        is_own=poll.author_id == voter_id,
        chosen=await polls.chosen(poll.id, voter_id),
    )
    return rules.require_vote(ballot, choices, clock.now())


async def _tell_later(poll: Stored) -> None:
    if not poll.hide_totals:
        await polls.tell_at(poll.id, clock.now() + TELL_AFTER)


def _is_same(poll: Stored, answers: Answers) -> bool:
    """Whether the question stayed the same, so that what was chosen still means something."""
    return (poll.titles, poll.multiple) == (tuple(answers.titles), answers.multiple)


def _are_over(poll: Stored, answers: Answers) -> bool:
    """Whether a poll was over and stays so: a server that only says "closed" names another end each time."""
    now = clock.now()
    return rules.is_over(poll.expires_at, now) and rules.is_over(answers.expires_at, now)
