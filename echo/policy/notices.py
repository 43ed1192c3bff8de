"""What people are told of, and whose notifications they may keep apart."""

from __future__ import annotations

from dataclasses import dataclass

from echo.kinds import Handling, NotificationKind

Kind = NotificationKind

# What others do to somebody: the policy of that person is asked. The rest is what they asked to be told of.
FILTERABLE = frozenset(
    {
        Kind.MENTION,
        Kind.BOOST,
        Kind.LIKE,
        Kind.REACTION,
        Kind.FOLLOW,
        Kind.FOLLOW_REQUEST,
        Kind.QUOTE,
        Kind.COLLECTED,
        Kind.CHAT_MENTION,
    }
)
# Kinds of which many about the same thing are shown as one.
GROUPABLE = frozenset({Kind.LIKE, Kind.BOOST, Kind.FOLLOW, Kind.SIGN_UP})
# Told in one's own name: nobody else has done it.
FROM_ONESELF = frozenset({Kind.POLL, Kind.SEVERED, Kind.WARNING, Kind.ANNUAL_REPORT})
# Somebody talks to the person who is told: kept apart, these make a request.
MESSAGES = frozenset({Kind.MENTION, Kind.QUOTE})
# What happens to the same thing again replaces what was told of it before.
REPLACING = frozenset({Kind.EDIT, Kind.QUOTED_EDIT, Kind.COLLECTION_EDIT})
# Kinds that apps of Mastodon do not know: told where they are asked for, and nowhere else.
ONLY_ASKED = frozenset({Kind.REACTION, Kind.CHAT_MENTION})
# A group grows for this long, then the next begins.
GROUP_HOURS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePolicy:
    """From whom somebody wants to be told, with Mastodon's defaults.

    `not_followers` counts who has followed for less than three days as well, `new_accounts` those younger
    than thirty days. People whom one follows are held up by `not_followers` only.
    """

    not_following: Handling = Handling.ACCEPT
    not_followers: Handling = Handling.ACCEPT
    new_accounts: Handling = Handling.ACCEPT
    private_mentions: Handling = Handling.FILTER
    limited_accounts: Handling = Handling.FILTER
    bots: Handling = Handling.ACCEPT
