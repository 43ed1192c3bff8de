"""How many strangers one cause may bring: an activity, a thread that is opened, a search.

Everything that is asked for because of it, also beside and later, counts on one purse: the tasks that a task
starts inherit it.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from federation.errors import Exhausted

# As many as Mastodon takes in because of one request.
NEW_ACCOUNTS = 400
NEW_POSTS = 1_000
# Documents of an activity or of a question of somebody here; of a job, which may complete a whole thread.
FETCHES, JOB_FETCHES = 200, 1_000


@dataclass(slots=True)
class Cause:
    """Shapes:  accounts, posts: how many that are not known yet may still be asked for; fetches: documents"""

    accounts: int = NEW_ACCOUNTS
    posts: int = NEW_POSTS
    fetches: int = FETCHES


_current: ContextVar[Cause | None] = ContextVar("echo_cause", default=None)


def begin(cause: Cause | None = None) -> Cause:
    """Let what this task does from now on count on a purse of its own, or on this one."""
    begun = cause or Cause()
    _current.set(begun)
    return begun


def ensure() -> None:
    """Let what this task does from now on count on a purse, if it does not yet."""
    _here()


def take_fetch(address: str) -> None:
    """Count a document. What has no cause, as a delivery, is counted elsewhere. Raises Exhausted."""
    cause = _current.get()
    if cause is None:
        return
    if cause.fetches <= 0:
        raise Exhausted(f"too much was asked for because of one thing: {address}")
    cause.fetches -= 1


def take_account(uri: str) -> None:
    """Count an account that is not known yet. Raises Exhausted."""
    cause = _here()
    if cause.accounts <= 0:
        raise Exhausted(f"too many new accounts at once: {uri}")
    cause.accounts -= 1


def take_post(uri: str) -> None:
    """Count a post that is not known yet. Raises Exhausted."""
    cause = _here()
    if cause.posts <= 0:
        raise Exhausted(f"too many new posts at once: {uri}")
    cause.posts -= 1


def _here() -> Cause:
    return _current.get() or begin()
