"""Pages of chats and of what is in them, each in one statement. Every one takes who reads."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.errors import NotFound
from echo.models import ChatEvent, ChatMember
from echo.store import loading
from echo.store.chats import Seat

# A chat as somebody sees it. `last` is the newest message of what they may read; an event counts as unread
# only if it is a message of somebody else. $1: who looks.
_CHATS = """
    SELECT c.id, c.kind, c.name, c.avatar, c.local, c.uri, c.last_seq, c.created_at, c.last_at, c.join_token,
        m.role, m.state, m.request, m.joined_seq, m.left_seq, m.read_seq, m.delivered_seq, m.muted_until,
        (SELECT o.account_id FROM chat_members o WHERE o.chat_id = c.id AND o.account_id <> $1
            AND c.kind = 'direct') AS other_id,
        (SELECT count(*) FROM chat_members o WHERE o.chat_id = c.id AND o.state = 'active') AS members_count,
        (SELECT count(*) FROM (SELECT 1 FROM chat_messages n WHERE n.chat_id = c.id AND n.seq > m.read_seq
            AND n.seq >= m.joined_seq AND (m.left_seq IS NULL OR n.seq <= m.left_seq)
            AND n.author_id <> $1 AND n.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM chat_hidings h
            WHERE h.chat_id = n.chat_id AND h.message_seq = n.seq AND h.account_id = $1)
            LIMIT 1000) n) AS unread_count,
        (SELECT n.seq FROM chat_messages n WHERE n.chat_id = c.id AND n.seq >= m.joined_seq
            AND (m.left_seq IS NULL OR n.seq <= m.left_seq) AND n.deleted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM chat_hidings h
            WHERE h.chat_id = n.chat_id AND h.message_seq = n.seq AND h.account_id = $1)
            ORDER BY n.seq DESC LIMIT 1) AS last_message_seq
    FROM chats c JOIN chat_members m ON m.chat_id = c.id AND m.account_id = $1
"""
# On the list: members and those who are invited; a chat between two only once something is said, and as long
# as it is not taken off; strangers who wait are on a list of their own.
_LISTED = """
    (m.state IN ('active', 'invited') AND c.last_seq > m.hidden_seq
    AND (c.kind = 'group' OR EXISTS (SELECT 1 FROM chat_messages n WHERE n.chat_id = c.id))
    AND (m.request = $2 OR ($2::text = 'any' AND m.request <> 'refused')))
"""
# Messages as $1 sees them: what they took off their view is deleted for them.
_MESSAGES = """
    SELECT m.id, m.chat_id, m.seq, m.author_id, m.post_id, m.reply_to_seq, m.created_at, m.edited_at,
        coalesce(m.deleted_at, h.hidden_at) AS deleted_at, m.pinned_at, a.domain AS author_domain,
        CASE WHEN m.post_id IS NULL THEN m.text ELSE p.text END AS text,
        CASE WHEN m.post_id IS NULL THEN m.html ELSE p.html END AS html,
        CASE WHEN m.post_id IS NULL THEN m.media_ids ELSE p.media_ids END AS media_ids,
        CASE WHEN m.post_id IS NULL THEN m.emojis ELSE p.emojis END AS emojis,
        (SELECT json_agg(row_to_json(f)) FROM media f
            WHERE f.post_id = m.post_id OR f.chat_message_id = m.id) AS media,
        (SELECT json_agg(json_build_object('name', r.name, 'url', r.url, 'account_id', r.account_id,
            'file_key', e.file_key, 'static_key', e.static_key) ORDER BY r.id) FROM chat_reactions r
            LEFT JOIN custom_emojis e ON e.shortcode = r.name
            WHERE r.chat_id = m.chat_id AND r.message_seq = m.seq) AS reactions,
        (SELECT e.key FROM chat_events e WHERE e.chat_id = m.chat_id AND e.seq = m.seq) AS key
    FROM chat_messages m JOIN accounts a ON a.id = m.author_id
    LEFT JOIN posts p ON p.id = m.post_id AND m.deleted_at IS NULL
    LEFT JOIN chat_hidings h ON h.chat_id = m.chat_id AND h.message_seq = m.seq AND h.account_id = $1
"""
# What $1 may read.
READER = "JOIN chat_members k ON k.chat_id = m.chat_id AND k.account_id = $1"
READABLE = """
    m.deleted_at IS NULL AND m.seq >= k.joined_seq AND (k.left_seq IS NULL OR m.seq <= k.left_seq)
    AND NOT EXISTS (SELECT 1 FROM chat_hidings o
        WHERE o.chat_id = m.chat_id AND o.message_seq = m.seq AND o.account_id = $1)
"""


async def page(
    account_id: int, *, request: str = "", kind: str = "", before_id: int | None = None, limit: int = 40
) -> list[Row]:
    """Chats of somebody, the one that was written in last first.

    Shapes:  request: echo.kinds_of_chats.ChatRequest, or `any`; before_id: the chat below which it begins
    """
    return await db.fetch(
        f"{_CHATS} WHERE {_LISTED} AND ($3::text = '' OR c.kind = $3) AND ($4::bigint IS NULL"
        " OR (c.last_at, c.id) < (SELECT b.last_at, b.id FROM chats b WHERE b.id = $4))"
        " ORDER BY c.last_at DESC, c.id DESC LIMIT $5",
        account_id,
        request,
        kind,
        before_id,
        limit,
    )


async def of(account_id: int, chat_ids: Sequence[int]) -> list[Row]:
    """These chats as somebody sees them; who may not is told nothing."""
    return await db.fetch(
        f"{_CHATS} WHERE c.id = ANY($2) AND (m.joined_seq IS NOT NULL OR m.state = 'invited')",
        account_id,
        list(chat_ids),
    )


async def messages(
    seat: Seat, *, before: int | None = None, after: int | None = None, limit: int = 40
) -> list[Row]:
    """Messages that may be read, in order: right above `after`, right below `before`, else the newest."""
    upward = after is not None
    rows = await db.fetch(
        f"{_MESSAGES} WHERE m.chat_id = $2 AND m.seq BETWEEN $3 AND $4 AND m.deleted_at IS NULL"
        " AND h.hidden_at IS NULL ORDER BY CASE WHEN $5 THEN m.seq ELSE -m.seq END LIMIT $6",
        seat.member.account_id,
        seat.chat.id,
        max(seat.first_seq, (after or 0) + 1),
        seat.last_seq if before is None else min(seat.last_seq, before - 1),
        upward,
        limit,
    )
    return rows if upward else rows[::-1]


async def seq_at(chat_id: int, message_id: int) -> int:
    """Where a message stands, or would; 0 below all."""
    found = await db.fetch_value(
        "SELECT max(seq) FROM chat_messages WHERE chat_id = $1 AND id <= $2", chat_id, message_id
    )
    return int(found or 0)


async def seq_of(chat_id: int, message_id: int) -> int:
    """Where a message stands in its chat. Raises NotFound."""
    found = await db.fetch_value(
        "SELECT seq FROM chat_messages WHERE chat_id = $1 AND id = $2", chat_id, message_id
    )
    if found is None:
        raise NotFound
    return int(found)


async def messages_at(account_id: int, chat_id: int, seqs: Sequence[int]) -> list[Row]:
    """These messages, deleted ones too. The caller has made sure that they may be read."""
    return await db.fetch(
        f"{_MESSAGES} WHERE m.chat_id = $2 AND m.seq = ANY($3) ORDER BY m.seq",
        account_id,
        chat_id,
        list(seqs),
    )


async def reported_for_staff(report_id: int) -> list[Row] | None:
    """The messages of a report and those around them; None when it is about no chat. As no account sees them:
    what members took off their own view is there for whoever deals with it."""
    row = await db.fetch_one(
        "SELECT chat_id, ARRAY(SELECT jsonb_array_elements_text(chat_seqs)::bigint) AS seqs FROM reports"
        " WHERE id = $1 AND chat_id IS NOT NULL",
        report_id,
    )
    return None if row is None else await messages_at(0, row["chat_id"], row["seqs"])


async def messages_by_id(account_id: int, message_ids: Sequence[int]) -> list[Row]:
    """Messages of any chats, those that somebody may read and that are still there."""
    return await db.fetch(
        f"{_MESSAGES} {READER} WHERE {READABLE} AND m.id = ANY($2) ORDER BY m.id DESC",
        account_id,
        list(message_ids),
    )


async def read_marks(account_id: int, chat_ids: Sequence[int]) -> dict[int, int]:
    """How far somebody has read chats."""
    rows = await db.fetch(
        "SELECT chat_id, read_seq FROM chat_members WHERE account_id = $1 AND chat_id = ANY($2)",
        account_id,
        list(chat_ids),
    )
    return {row["chat_id"]: row["read_seq"] for row in rows}


async def last_messages(account_id: int, pairs: Sequence[tuple[int, int]]) -> list[Row]:
    """Messages of several chats, given as (chat, seq) that may be read."""
    return await db.fetch(
        f"{_MESSAGES} JOIN unnest($2::bigint[], $3::bigint[]) AS w(chat_id, seq)"
        " ON w.chat_id = m.chat_id AND w.seq = m.seq",
        account_id,
        [chat_id for chat_id, _ in pairs],
        [seq for _, seq in pairs],
    )


async def pinned(seat: Seat) -> list[Row]:
    """What is pinned, of what somebody may read."""
    return await db.fetch(
        f"{_MESSAGES} WHERE m.chat_id = $2 AND m.pinned_at IS NOT NULL AND m.seq BETWEEN $3 AND $4"
        " AND h.hidden_at IS NULL ORDER BY m.pinned_at DESC",
        seat.member.account_id,
        seat.chat.id,
        seat.first_seq,
        seat.last_seq,
    )


async def events(seat: Seat, after: int, limit: int) -> list[ChatEvent]:
    """Events after one, in order, of what somebody may read."""
    rows = await db.fetch(
        f"SELECT {loading.columns(ChatEvent)} FROM chat_events t WHERE chat_id = $1 AND seq BETWEEN $2 AND $3"
        " ORDER BY seq LIMIT $4",
        seat.chat.id,
        max(seat.first_seq, after + 1),
        seat.last_seq,
        limit,
    )
    return [loading.read(ChatEvent, row) for row in rows]


async def events_at(seat: Seat, seqs: Sequence[int]) -> list[ChatEvent]:
    """These events, those that somebody may read. An invitation is told to whom it is for."""
    rows = await db.fetch(
        f"SELECT {loading.columns(ChatEvent)} FROM chat_events t WHERE chat_id = $1 AND seq = ANY($2)"
        " AND (seq BETWEEN $3 AND $4 OR (kind = 'invited' AND body ->> 'account_id' = $5::bigint::text))"
        " ORDER BY seq",
        seat.chat.id,
        list(seqs),
        seat.first_seq,
        seat.last_seq,
        seat.member.account_id,
    )
    return [loading.read(ChatEvent, row) for row in rows]


async def marks(chat_ids: Sequence[int]) -> list[ChatMember]:
    """How far the members of chats are; of those who keep it to themselves `read_seq` is 0."""
    rows = await db.fetch(
        f"SELECT {loading.columns(ChatMember)} FROM chat_members t"
        " WHERE t.chat_id = ANY($1) AND t.state = 'active'",
        list(chat_ids),
    )
    members = [loading.read(ChatMember, row) for row in rows]
    rows = await db.fetch(
        "SELECT account_id FROM chat_preferences WHERE account_id = ANY($1) AND NOT share_read",
        [member.account_id for member in members],
    )
    silent = {row["account_id"] for row in rows}
    for member in members:
        # Nobody is told anything by who has not let the other in.
        if member.account_id in silent or member.request:
            member.read_seq = 0
        if member.request:
            member.delivered_seq = 0
    return members


async def fates(post_ids: Sequence[int]) -> list[Row]:
    """Rows (post_id, is_dead, is_done, error): what became of messages on their way to other servers."""
    return await db.fetch(
        "SELECT a.post_id, bool_or(d.state = 'dead') AS is_dead, bool_and(d.state = 'done') AS is_done,"
        " max(d.last_error) FILTER (WHERE d.state = 'dead') AS error FROM outbound_activities a"
        " JOIN deliveries d ON d.activity_id = a.id WHERE a.post_id = ANY($1)"
        " AND a.kind = 'Create' GROUP BY 1",
        list(post_ids),
    )


async def friends(account_id: int, limit: int) -> list[int]:
    """People here with whom somebody is mutual, whom no chat of theirs is with yet; who was here last first.

    Blocked and suspended people are none.
    """
    rows = await db.fetch(
        "SELECT u.id FROM follows f JOIN follows b ON b.follower_id = f.followee_id AND b.followee_id = $1"
        " AND b.state = 'accepted' JOIN users u ON u.id = f.followee_id"
        " JOIN accounts a ON a.id = u.id AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
        " WHERE f.follower_id = $1 AND f.state = 'accepted' AND NOT EXISTS (SELECT 1 FROM chats c WHERE"
        " c.pair_key = least($1, u.id) || ':' || greatest($1, u.id) AND EXISTS"
        " (SELECT 1 FROM chat_messages n WHERE n.chat_id = c.id))"
        " ORDER BY u.last_active_at DESC NULLS LAST, u.id LIMIT $2",
        account_id,
        limit,
    )
    return [row["id"] for row in rows]


async def fingerprint(chat_id: int) -> str:
    """A hash of everything that follows from the log of a chat."""
    found = await db.fetch_value(
        "SELECT md5(concat("
        " (SELECT string_agg(to_jsonb(m)::text, ',' ORDER BY m.seq) FROM chat_messages m"
        "  WHERE m.chat_id = $1),"
        " (SELECT string_agg((to_jsonb(r) - 'id')::text, ',' ORDER BY r.message_seq, r.account_id, r.name)"
        "  FROM chat_reactions r WHERE r.chat_id = $1),"
        " (SELECT string_agg(to_jsonb(m)::text, ',' ORDER BY m.id) FROM chat_members m WHERE m.chat_id = $1),"
        " (SELECT to_jsonb(c)::text FROM chats c WHERE c.id = $1)))",
        chat_id,
    )
    return str(found)


async def listing(limit: int) -> list[Row]:
    """Rows (id, kind, local, members, messages, events, last_at) for whoever looks after the server."""
    return await db.fetch(
        "SELECT c.id, c.kind, c.local, c.last_seq AS events, c.last_at, (SELECT count(*) FROM chat_members m"
        " WHERE m.chat_id = c.id AND m.state = 'active') AS members, (SELECT count(*) FROM chat_messages m"
        " WHERE m.chat_id = c.id AND m.deleted_at IS NULL) AS messages FROM chats c"
        " ORDER BY c.last_at DESC LIMIT $1",
        limit,
    )
