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


@dataclass(slots=True)
class Cause:
    """Shapes:  accounts, posts: how many that are not known yet may still be asked for"""

    accounts: int = NEW_ACCOUNTS
    posts: int = NEW_POSTS


_current: ContextVar[Cause | None] = ContextVar("echo_cause", default=None)


def begin(cause: Cause | None = None) -> Cause:
    """Let what this task does from now on count on a purse of its own, or on this one."""
    begun = cause or Cause()
    _current.set(begun)
    return begun


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
