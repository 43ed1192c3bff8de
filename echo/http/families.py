"""Limits of their own for what is costly or tempting: uploads, posts, deletes, follows, searches, log-ins,
sign-ups. They are counted by what is done, whichever route or spelling of a path leads there.
"""

from __future__ import annotations

from echo import settings
from echo.http.access import account_id, caller_address, viewer
from echo.http.client_address import limit_subject
from echo.http.limits import Limit, count


async def count_for_account(family: str, *, by: int | None = None) -> None:
    """Count one use of `uploads`, `deletes`, `posts`, `follows` or `reports` by an account.

    Shapes:  by: who is logged in with a browser; None: the calling account
    """
    limits = settings.here().rate_limits
    if not limits.enabled:
        return
    allowed, window_seconds = {
        "uploads": (limits.uploads_per_user, 1800),
        "deletes": (limits.deletes_per_user, 1800),
        "posts": (limits.posts_per_user, 10_800),
        "follows": (limits.follows_per_user, 86_400),
        "reports": (limits.reports_per_user, 86_400),
    }[family]
    await count([Limit(family, account_id() if by is None else by, allowed, window_seconds)])


async def count_search(*, asks_elsewhere: bool, by: int | None = None) -> None:
    """Count a search by the caller, with or without a token; and one more that asks another server.

    Shapes:  asks_elsewhere: `resolve`: each such search may cost a request to another server; by: who is
             logged in with a browser
    """
    limits = settings.here().rate_limits
    if not limits.enabled:
        return
    own = viewer().account_id if by is None else by
    subject = limit_subject(caller_address()) if own is None else own
    wanted = [Limit("search", subject, limits.searches_per_user, 300)]
    if asks_elsewhere:
        wanted.append(Limit("resolve", subject, limits.lookups_per_user, 300))
    await count(wanted)


async def count_for_address(family: str, *, also: tuple[str, object] | None = None) -> None:
    """Count one `login`, `sign_up` or `app` from this address; refuses when it cannot count.

    Shapes:  also: ("login", account or e-mail) counts a log-in against the account too
    """
    limits = settings.here().rate_limits
    if not limits.enabled:
        return
    allowed, window_seconds = {
        "login": (limits.logins_per_address, 300),
        "sign_up": (limits.sign_ups_per_address, 1800),
        "app": (limits.apps_per_address, 600),
    }[family]
    wanted = [Limit(family, limit_subject(caller_address()), allowed, window_seconds)]
    if also is not None:
        wanted.append(Limit(f"{also[0]}-account", also[1], limits.logins_per_account, 3600))
    await count(wanted, fail_closed=True)
