"""Notifications: who is told, and what is forgotten again. Pages of them are in `notification_pages`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from echo import db
from echo.db import Row
from echo.kinds import NotificationKind
from echo.policy.letters import AWAY_HOURS
from echo.policy.letters import DEFAULTS as LETTERABLE
from echo.policy.notices import FILTERABLE, FROM_ONESELF, GROUP_HOURS, GROUPABLE, MESSAGES

COLUMNS = "n.id, n.kind, n.from_id, n.post_id, n.object_id, n.group_hour, n.filtered, n.created_at"
# Who may not be heard of at all.
SENDER_IS_THERE = """EXISTS (SELECT 1 FROM accounts s WHERE s.id = n.from_id
    AND s.suspended_at IS NULL AND s.deleted_at IS NULL OFFSET 0)"""

# Whoever has an app that is pushed to is not away.
IS_AWAY = f"""
    (coalesce(u.last_active_at, u.created_at) < now() - interval '{AWAY_HOURS} hours'
    AND NOT EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.user_id = u.id))
"""

# $1 who is told, $2 kind, $3 who did it, $4 post, $5 object, $6 dedupe key, $7 hour, $8 hours of a group.
# IS_OWN and the like become true or false before it is planned: what a kind does not need costs nothing then.
_IS_WILLING = """
    (told.id <> $3 OR IS_OWN)
    AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = told.id AND b.blocked_id = $3)
        OR (b.blocker_id = $3 AND b.blocked_id = told.id))
    AND NOT EXISTS (SELECT 1 FROM avoided_domains av JOIN accounts f ON f.id = $3 AND f.domain = av.domain
        WHERE av.account_id = told.id)
    AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = told.id AND m.muted_id = $3
        AND m.notifications AND (m.expires_at IS NULL OR m.expires_at > now()))
    AND NOT EXISTS (SELECT 1 FROM posts p JOIN thread_mutes t ON t.thread_id = p.thread_id
        WHERE p.id = $4 AND t.account_id = told.id)
    AND (NOT (IS_MESSAGE AND IS_DIRECT) OR NOT EXISTS (SELECT 1 FROM posts p JOIN chats c
            ON c.pair_key = least($3, told.id) || ':' || greatest($3, told.id)
        JOIN chat_members cm ON cm.chat_id = c.id AND cm.account_id = told.id AND cm.muted_until > now()
        WHERE p.id = $4 AND p.visibility = 'direct'
            AND NOT EXISTS (SELECT 1 FROM mentions o WHERE o.post_id = $4 AND o.account_id <> told.id)))
    AND (NOT IS_MESSAGE OR NOT EXISTS (SELECT 1 FROM mentions other WHERE other.post_id = $4 AND (
        EXISTS (SELECT 1 FROM blocks b WHERE b.blocker_id = told.id AND b.blocked_id = other.account_id)
        OR EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = told.id AND m.muted_id = other.account_id
            AND (m.expires_at IS NULL OR m.expires_at > now())))))
"""

# A direct message that answers one of the person's own direct messages to its sender, however far up.
_IS_ANSWER = """
    EXISTS (WITH RECURSIVE above AS (
        SELECT parent.id, parent.in_reply_to_id, parent.author_id, parent.visibility, 1 AS depth
        FROM posts post JOIN posts parent ON parent.id = post.in_reply_to_id WHERE post.id = $4
        UNION ALL
        SELECT parent.id, parent.in_reply_to_id, parent.author_id, parent.visibility, above.depth + 1
        FROM above JOIN posts parent ON parent.id = above.in_reply_to_id WHERE above.depth < 100)
        SELECT 1 FROM above JOIN mentions m ON m.post_id = above.id AND m.account_id = $3 AND NOT m.silent
        WHERE above.author_id = told.id AND above.visibility = 'direct')
"""

# 0 accept, 1 filter, 2 drop: `echo.kinds.Handling`, with the defaults of `echo.policy.notices.NoticePolicy`.
_HANDLING = f"""
    CASE WHEN NOT IS_FILTERABLE OR (IS_MESSAGE AND sender.is_staff)
        OR EXISTS (SELECT 1 FROM notification_permissions g
            WHERE g.account_id = told.id AND g.from_id = $3) THEN 0
    ELSE greatest(
        CASE WHEN coalesce(p.not_followers, 0) = 0 OR EXISTS (SELECT 1 FROM follows f
            WHERE f.follower_id = $3 AND f.followee_id = told.id AND f.state = 'accepted'
              AND f.created_at <= now() - interval '3 days') THEN 0 ELSE p.not_followers END,
        CASE WHEN EXISTS (SELECT 1 FROM follows f WHERE f.follower_id = told.id AND f.followee_id = $3
            AND f.state = 'accepted') THEN 0
        ELSE greatest(
            coalesce(p.not_following, 0),
            CASE WHEN sender.is_new THEN coalesce(p.new_accounts, 0) ELSE 0 END,
            CASE WHEN sender.is_limited THEN coalesce(p.limited_accounts, 1) ELSE 0 END,
            CASE WHEN sender.is_bot THEN coalesce(p.bots, 0) ELSE 0 END,
            CASE WHEN NOT (IS_DIRECT AND sender.is_private) OR coalesce(p.private_mentions, 1) = 0 THEN 0
                WHEN {_IS_ANSWER} THEN 0 ELSE coalesce(p.private_mentions, 1) END)
        END)
    END
"""

_INSERT = f"""
    WITH sender AS (
        SELECT s.silenced_at IS NOT NULL AS is_limited, s.kind = 'service' AS is_bot,
            s.created_at > now() - interval '30 days' AS is_new,
            EXISTS (SELECT 1 FROM users u WHERE u.id = s.id AND u.role_id <> -99) AS is_staff,
            IS_DIRECT AND $2 = 'mention' AND EXISTS (SELECT 1 FROM posts post WHERE post.id = $4
                AND post.visibility = 'direct') AS is_private
        FROM accounts s WHERE s.id = $3
    ), judged AS MATERIALIZED (
        SELECT told.id, {_HANDLING} AS handling
        FROM unnest($1::bigint[]) AS told(id) JOIN users u ON u.id = told.id
        JOIN accounts a ON a.id = told.id AND a.suspended_at IS NULL AND a.deleted_at IS NULL
        CROSS JOIN sender LEFT JOIN notification_policies p ON p.account_id = told.id
        WHERE {_IS_WILLING}
    )
    INSERT INTO notifications AS n
        (account_id, kind, from_id, post_id, object_id, dedupe_key, group_hour, filtered, created_at)
    SELECT told.id, $2, $3, $4, $5::bigint, $6,
        CASE WHEN IS_GROUPABLE AND told.handling = 0 THEN coalesce(
            (SELECT max(g.group_hour) FROM notifications g WHERE g.account_id = told.id AND g.kind = $2
                AND coalesce(g.post_id, 0) = coalesce($4::bigint, 0) AND g.group_hour > $7::int - $8::int),
            $7::int) END,
        told.handling = 1, now()
    FROM judged told WHERE told.handling < 2
    ON CONFLICT (account_id, dedupe_key) DO NOTHING
    RETURNING n.id, n.account_id, n.filtered, ARRAY(SELECT s.id FROM push_subscriptions s
        WHERE s.user_id = n.account_id AND (s.alerts ->> n.kind)::bool AND s.policy <> 'none') AS push_ids,
        CASE WHEN IS_LETTERABLE THEN (SELECT u.settings FROM users u WHERE u.id = n.account_id
            AND ({IS_AWAY} OR u.settings @> '{{"letters": {{"always": true}}}}')) END AS letter_settings
"""

_REQUEST = """
    INSERT INTO notification_requests AS r (account_id, from_id, last_post_id, created_at, updated_at)
    SELECT told.id, $2, $3, now(), now() FROM unnest($1::bigint[]) AS told(id)
    ON CONFLICT (account_id, from_id) DO UPDATE SET last_post_id = $3, updated_at = now()
"""


async def insert(
    account_ids: Sequence[int],
    kind: NotificationKind,
    from_id: int,
    post_id: int | None = None,
    *,
    object_id: int | None = None,
    hour: int,
    may_be_direct: bool = True,
) -> list[Row]:
    """Tell these people, those that are here, at most once each.

    Nobody is told of what they did themselves, or by people they block, whose notifications they
    mute, or whose server they avoid.
    The policy of each (`echo.policy.notices`) keeps some apart and drops others.

    Shapes:  from_id: the person who is told, for kinds that nobody else does; hour: now, since 1970;
             may_be_direct: False where the post is certainly no direct one
    Returns: of what is new, rows (id, account_id, filtered, push_ids, letter_settings: of those who
             may want a letter)
    """
    if not account_ids:
        return []
    rows = await db.fetch(
        _statement(kind, may_be_direct=may_be_direct),
        list(account_ids),
        kind.value,
        from_id,
        post_id,
        object_id,
        dedupe_key(kind, from_id, post_id, object_id),
        hour,
        GROUP_HOURS,
    )
    kept_apart = [row["account_id"] for row in rows if row["filtered"]]
    if kept_apart and kind in MESSAGES:
        await db.execute(_REQUEST, kept_apart, from_id, post_id)
    return rows


@cache
def _statement(kind: NotificationKind, *, may_be_direct: bool) -> str:
    facts = {
        "IS_OWN": kind in FROM_ONESELF,
        "IS_FILTERABLE": kind in FILTERABLE,
        "IS_GROUPABLE": kind in GROUPABLE,
        "IS_MESSAGE": kind in MESSAGES,
        "IS_LETTERABLE": kind in LETTERABLE,
        "IS_DIRECT": may_be_direct,
    }
    statement = _INSERT
    for word, holds in facts.items():
        statement = statement.replace(word, "true" if holds else "false")
    return statement


def dedupe_key(kind: NotificationKind, from_id: int, post_id: int | None, object_id: int | None) -> str:
    """What is told once."""
    return f"{kind}:{from_id}:{post_id or ''}" + (f":{object_id}" if object_id else "")


async def find(account_id: int, notification_id: int) -> Row | None:
    """One notification of this person."""
    return await db.fetch_one(
        f"SELECT {COLUMNS} FROM notifications n WHERE n.account_id = $1 AND n.id = $2",
        account_id,
        notification_id,
    )


async def severances(ids: Sequence[int]) -> dict[int, Row]:
    """Follows that ended at once, by id."""
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT id, kind, target, followers, following, created_at FROM severances WHERE id = ANY($1)",
        list(ids),
    )
    return {row["id"]: row for row in rows}


async def delete(account_id: int, notification_id: int) -> int:
    """Forget one notification of this person; how many there were."""
    return await db.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND id = $2", account_id, notification_id
    )


async def delete_group(account_id: int, kind: str, post_id: int | None, group_hour: int) -> int:
    """Forget a group of this person; how many there were."""
    return await db.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND kind = $2 AND coalesce(post_id, 0) = $3"
        " AND group_hour = $4",
        account_id,
        kind,
        post_id or 0,
        group_hour,
    )


async def delete_all(account_id: int) -> int:
    """Forget everything this person was told; how many things there were."""
    return await db.execute("DELETE FROM notifications WHERE account_id = $1", account_id)


async def delete_about_post(post_id: int) -> None:
    """A deleted post is not told about any more."""
    await db.execute("DELETE FROM notifications WHERE post_id = $1", post_id)


async def delete_same(account_ids: Sequence[int], key: str) -> None:
    """Forget what is told anew.

    Shapes:  key: see `dedupe_key`
    """
    await db.execute(
        "DELETE FROM notifications WHERE account_id = ANY($1) AND dedupe_key = $2", list(account_ids), key
    )


async def delete_from(account_id: int, from_id: int, kinds: Sequence[NotificationKind] = ()) -> None:
    """Forget what `from_id` did, all of it or only these kinds."""
    await db.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND from_id = $2"
        " AND (cardinality($3::text[]) = 0 OR kind = ANY($3))",
        account_id,
        from_id,
        [kind.value for kind in kinds],
    )


async def delete_from_domain(account_id: int, domain: str) -> None:
    """Forget what the people of a server did."""
    await db.execute(
        "DELETE FROM notifications n USING accounts a WHERE n.account_id = $1 AND a.id = n.from_id"
        " AND a.domain = $2",
        account_id,
        domain,
    )


async def delete_about_object(from_id: int, kind: NotificationKind, object_id: int) -> None:
    """What is gone is not told about any more."""
    await db.execute(
        "DELETE FROM notifications WHERE from_id = $1 AND kind = $2 AND object_id = $3",
        from_id,
        kind.value,
        object_id,
    )


async def delete_one_kind(from_id: int, post_id: int, kind: NotificationKind) -> list[int]:
    """An undone like or boost is not told about any more. Returns who was told of it."""
    rows = await db.fetch(
        "DELETE FROM notifications WHERE from_id = $1 AND post_id = $2 AND kind = $3 RETURNING account_id",
        from_id,
        post_id,
        kind.value,
    )
    return [row["account_id"] for row in rows]
