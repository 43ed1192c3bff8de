"""The closed sets of words of moderation."""

from __future__ import annotations

from enum import StrEnum


class StrikeKind(StrEnum):
    """What moderators do to an account; the words are Mastodon's."""

    NONE = "none"  # words alone
    MARK_SENSITIVE = "mark_statuses_as_sensitive"  # some posts
    DELETE_POSTS = "delete_statuses"  # some posts
    SENSITIVE = "sensitive"  # whatever it posts counts as sensitive
    DISABLE = "disable"  # the login is frozen
    SILENCE = "silence"  # it is shown to those who follow it or look for it
    SUSPEND = "suspend"  # nothing of it is shown, and it can do nothing


class AppealState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
