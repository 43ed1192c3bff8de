"""Whom somebody does not want to meet: people they mute, and everybody of a server they avoid.

That is no matter of who may read what (`echo.policy.visibility`, where blocks are): what is avoided stays out
of timelines, threads, notifications and suggestions, and is still there for whoever goes and looks.
"""

from __future__ import annotations


def avoided_by(viewer: str, author: str = "a") -> str:
    """Whether a viewer avoids an account, as a condition of SQL; nobody avoids anybody when it is null.

    Shapes:  viewer: an expression of type bigint; author: alias of accounts
    """
    return f"""(EXISTS (SELECT 1 FROM mutes mu WHERE mu.muter_id = {viewer} AND mu.muted_id = {author}.id
        AND (mu.expires_at IS NULL OR mu.expires_at > now()) OFFSET 0)
    OR ({author}.domain <> '' AND EXISTS (SELECT 1 FROM avoided_domains av
        WHERE av.account_id = {viewer} AND av.domain = {author}.domain OFFSET 0)))"""


def estranged_from(viewer: str, account: str = "a") -> str:
    """Whether one blocks the other, as a condition of SQL."""
    return f"""EXISTS (SELECT 1 FROM blocks es
        WHERE (es.blocker_id = {viewer} AND es.blocked_id = {account}.id)
           OR (es.blocker_id = {account}.id AND es.blocked_id = {viewer}) OFFSET 0)"""
