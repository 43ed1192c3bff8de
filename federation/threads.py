"""What is missing of threads, fetched beside: parents of what was delivered, and all of what is read."""

from __future__ import annotations

import logging

import msgspec

from activitypub.objects import Note
from echo import clock
from echo.errors import Gone, NotFound
from echo.store import posts, thread_fetches
from federation import causes, ingest, permitted, resolve
from federation.causes import Cause
from federation.errors import FederationError
from federation.fetch import fetch
from federation.judge import is_same_origin
from federation.network import is_ours
from federation.resolve import Budget
from federation.thread_plan import Do, Plan, Step
from federation.thread_walk import Walk

log = logging.getLogger(__name__)

# A job is done for so long, and then goes on as another one.
SLICE_SECONDS = 25.0
# How far it is, is written this often.
SAVE_SECONDS = 3.0
# Steps that are under way when the slice is over may end; after that they begin anew in the next one.
LANDING_SECONDS = 10.0
LONGEST_SECONDS = 600.0
FIRST_REPLIES = 5
FETCH_ERRORS = (FederationError, Gone, NotFound)

_plans = msgspec.json.Decoder(Plan)


async def fetch_more(fetch_id: int) -> bool:
    """Look for more posts of a thread for a while; True when there is nothing left to look for."""
    row = await thread_fetches.find(fetch_id)
    if row is None or row["finished_at"] is not None:
        return True
    post = await posts.get_unscoped_for_worker(row["post_id"])
    plan = _plans.decode(row["plan"]) if row["plan"] else await _new_plan(post.id)
    cause = causes.begin(Cause(accounts=plan.new_accounts, posts=plan.new_posts, fetches=causes.JOB_FETCHES))
    walk = Walk(plan, post)
    if (clock.now() - row["started_at"]).total_seconds() < LONGEST_SECONDS:
        try:
            for _ in range(int(SLICE_SECONDS / SAVE_SECONDS)):
                await walk.go_on(SAVE_SECONDS)
                await _save(fetch_id, post.id, plan, cause, walk.left)
                if not walk.left:
                    break
        finally:
            await walk.land(LANDING_SECONDS)
        if walk.left:
            await _save(fetch_id, post.id, plan, cause, walk.left)
            return False
    await thread_fetches.finish(fetch_id, await _found(post.id, plan), clock.now())
    return True


async def fetch_parents(post_id: int) -> None:
    """Get what a delivered reply answers, and so on upwards."""
    causes.begin()
    post = await posts.get_unscoped_for_worker(post_id)
    if post.deleted_at is not None or not post.in_reply_to_uri or is_ours(post.in_reply_to_uri):
        return
    try:
        parent = await resolve.post(post.in_reply_to_uri, budget=Budget(ingest.PARENTS))
        if parent.interaction_policy is not None:
            answer = await posts.get_unscoped_for_worker(post_id)
            await permitted.look_again(answer, ingest.read(await fetch(post.uri)))
    except FETCH_ERRORS as error:
        log.info("parent of %s: %s", post.uri, error)


async def fetch_first_replies(note: Note) -> None:
    """Get the first replies that a post brings along, of its own server: what its author adds to it."""
    near = [uri for uri in note.first_replies if is_same_origin(uri, note.id)]
    for uri in near[:FIRST_REPLIES]:
        try:
            await resolve.post(uri, budget=Budget(1))
        except FETCH_ERRORS as error:
            log.info("reply to %s: %s", note.id, error)


async def _new_plan(post_id: int) -> Plan:
    return Plan(steps=[Step(Do.ABOVE)], baseline=await thread_fetches.count_posts(post_id))


async def _save(fetch_id: int, post_id: int, plan: Plan, cause: Cause, left: list[Step]) -> None:
    kept = msgspec.structs.replace(plan, steps=left, new_accounts=cause.accounts, new_posts=cause.posts)
    await thread_fetches.save(fetch_id, msgspec.json.encode(kept), await _found(post_id, plan))


async def _found(post_id: int, plan: Plan) -> int:
    return max(await thread_fetches.count_posts(post_id) - plan.baseline, 0)
