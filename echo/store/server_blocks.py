"""Blocks of other servers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from echo import db
from echo.db import Row
from echo.kinds import BlockSeverity
from echo.models import ServerBlock
from echo.policy.fences import ServerRules, strictest
from echo.store import loading
from echo.store.cursor import Cursor
from echo.store.patterns import literal

# A host of a domain or under it; its port does not matter. Backwards, so that an index finds them: the letter
# after the dot is the slash.
_BACKWARDS = "reverse(split_part({0}, ':', 1))"
OF_DOMAIN = (
    f"({_BACKWARDS} = reverse($1)"
    f" OR ({_BACKWARDS} ~>=~ (reverse($1) || '.') AND {_BACKWARDS} ~<~ (reverse($1) || '/')))"
)
OF_A = OF_DOMAIN.format("a.host")


def names_of(host: str) -> list[str]:
    """A host without its port, and the domains that it is under: a block of any of them is one of it."""
    parts = host.partition(":")[0].lower().strip(".").split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


async def suspended() -> frozenset[str]:
    """The servers that this one has nothing to do with."""
    rows = await db.fetch("SELECT domain FROM server_blocks WHERE severity = $1", BlockSeverity.SUSPEND.value)
    return frozenset(row["domain"] for row in rows)


async def without_files() -> frozenset[str]:
    """The servers of which no files are taken."""
    return frozenset(
        row["domain"] for row in await db.fetch("SELECT domain FROM server_blocks WHERE reject_media")
    )


async def rules_for(host: str) -> ServerRules:
    """What is done with a host."""
    rows = await db.fetch(
        "SELECT severity, reject_media, reject_reports FROM server_blocks WHERE domain = ANY($1)",
        names_of(host),
    )
    return ServerRules(
        severity=strictest([BlockSeverity(row["severity"]) for row in rows]),
        reject_media=any(row["reject_media"] for row in rows),
        reject_reports=any(row["reject_reports"] for row in rows),
    )


async def find(block_id: int) -> ServerBlock | None:
    """A block by its id."""
    return await ServerBlock.get_or_none(id=block_id)


async def covering(domain: str) -> ServerBlock | None:
    """The block of a domain, or else the nearest of a domain that it is under."""
    names = names_of(domain)
    found = await ServerBlock.filter(domain__in=names)
    return min(found, key=lambda block: names.index(block.domain), default=None)


async def page(cursor: Cursor) -> list[ServerBlock]:
    """Blocks, the newest first."""
    rows = await db.fetch(
        f"SELECT {loading.columns(ServerBlock, 'b')} FROM server_blocks b"
        f" WHERE {cursor.condition('b.id')} {cursor.order('b.id')}"
    )
    return [loading.read(ServerBlock, row) for row in cursor.newest_first(rows)]


async def listing(*, words: str = "", severity: str = "", public: bool = False) -> list[Row]:
    """Rows of blocks, the severe ones first.

    Shapes:  words: part of the domain; public: those that may be published, which change who can be met
    """
    return await db.fetch(
        "SELECT b.id, b.domain, b.severity, b.reject_media, b.reject_reports, b.reason, b.note, b.obfuscate,"
        " b.list_id, b.created_at FROM server_blocks b"
        " WHERE b.domain LIKE $1 AND ($2 = '' OR b.severity = $2)"
        " AND NOT ($3 AND b.severity = 'noop')"
        " ORDER BY array_position(ARRAY['suspend', 'silence', 'noop'], b.severity::text), b.domain",
        f"%{literal(words.lower())}%",
        severity,
        public,
    )


async def marks_for(host: str) -> dict[str, datetime | None]:
    """What a new account of this host begins with: silenced_at and suspended_at."""
    rows = await db.fetch(
        "SELECT severity, min(created_at) AS at FROM server_blocks WHERE domain = ANY($1) GROUP BY severity",
        names_of(host),
    )
    since = {row["severity"]: row["at"] for row in rows}
    return {
        "silenced_at": since.get(BlockSeverity.SILENCE),
        "suspended_at": since.get(BlockSeverity.SUSPEND),
    }


async def mark_accounts(domain: str, severity: BlockSeverity, at: datetime) -> int:
    """Mark the accounts of a server that are not marked already.

    Returns: how many accounts of it are known
    """
    column = _COLUMNS.get(severity)
    if column is not None:
        await db.execute(
            f"UPDATE accounts SET {column} = $2, version = version + 1"
            f" WHERE {_ACCOUNTS} AND {column} IS NULL",
            domain,
            at,
        )
    return await count_accounts(domain)


async def unmark_accounts(domain: str, severity: BlockSeverity, at: datetime) -> None:
    """Take the marks of a block away, and no others. What other blocks cover is theirs from now on."""
    column = _COLUMNS.get(severity)
    if column is None:
        return
    await db.execute(
        f"UPDATE accounts SET {column} = NULL, version = version + 1 WHERE {_ACCOUNTS} AND {column} = $2",
        domain,
        at,
    )
    for row in await db.fetch(
        "SELECT domain, created_at FROM server_blocks WHERE severity = $2 AND domain <> $1"
        " AND (domain = ANY($3) OR domain LIKE '%.' || $1)",
        domain,
        severity.value,
        names_of(domain),
    ):
        await db.execute(
            f"UPDATE accounts SET {column} = $2, version = version + 1"
            f" WHERE {_ACCOUNTS} AND {_ALSO_OF} AND {column} IS NULL",
            row["domain"],
            row["created_at"],
            domain,
        )


async def count_accounts(domain: str) -> int:
    """How many accounts of a server are known."""
    return int(await db.fetch_value(f"SELECT count(*) FROM accounts WHERE {_ACCOUNTS}", domain))


async def counts(domain: str) -> Row:
    """What is known of a server with its subdomains.

    Returns: row (accounts, posts, files, following, followers, members, reports): `following` and `followers`
             are follows between it and people here, which suspending ends, `members` whom that would concern
    """
    row = await db.fetch_one(_COUNTS, domain)
    assert row is not None
    return row


async def without_their_files(domain: str, limit: int) -> list[Row]:
    """Rows (id, url, preview_url, post_id) of files of a server that are still shown."""
    return await db.fetch(
        "SELECT m.id, m.remote_url AS url, m.preview_remote_url AS preview_url, m.post_id FROM media m"
        f" JOIN accounts a ON a.id = m.account_id WHERE a.host <> '' AND {OF_A}"
        " AND m.state = 'ready' LIMIT $2",
        domain,
        limit,
    )


async def refuse_files(media_ids: Sequence[int], post_ids: Sequence[int]) -> None:
    """From now on it is only said that these files were there."""
    await db.execute("UPDATE media SET state = 'refused' WHERE id = ANY($1)", list(media_ids))
    await db.execute(
        "UPDATE posts SET version = version + 1 WHERE id = ANY($1) OR boost_of_id = ANY($1)", list(post_ids)
    )


async def refused_files(domain: str, limit: int) -> list[Row]:
    """Rows (id, url, preview_url, post_id) of files of a server that were refused."""
    return await db.fetch(
        "SELECT m.id, m.remote_url AS url, m.preview_remote_url AS preview_url, m.post_id FROM media m"
        f" JOIN accounts a ON a.id = m.account_id WHERE a.host <> '' AND {OF_A}"
        " AND m.state = 'refused' AND NOT EXISTS (SELECT 1 FROM server_blocks b WHERE b.reject_media"
        " AND ('.' || split_part(a.host, ':', 1)) LIKE '%.' || b.domain) LIMIT $2",
        domain,
        limit,
    )


async def take_files(media_ids: Sequence[int], post_ids: Sequence[int]) -> None:
    """They may be shown again."""
    await db.execute("UPDATE media SET state = 'ready' WHERE id = ANY($1)", list(media_ids))
    await db.execute(
        "UPDATE posts SET version = version + 1 WHERE id = ANY($1) OR boost_of_id = ANY($1)", list(post_ids)
    )


async def with_pictures(domain: str, limit: int) -> list[Row]:
    """Rows (id, avatar, header, emojis as JSON) of accounts of a server that show pictures."""
    return await db.fetch(
        f"SELECT id, avatar, header, emojis::text AS emojis FROM accounts WHERE {_ACCOUNTS}"
        " AND (avatar <> '' OR header <> '' OR emojis <> '[]'::jsonb) LIMIT $2",
        domain,
        limit,
    )


async def strip_pictures(account_ids: Sequence[int]) -> None:
    """These accounts show no pictures any more."""
    await db.execute(
        "UPDATE accounts SET avatar = '', header = '', emojis = '[]'::jsonb, version = version + 1"
        " WHERE id = ANY($1)",
        list(account_ids),
    )


_COLUMNS = {BlockSeverity.SILENCE: "silenced_at", BlockSeverity.SUSPEND: "suspended_at"}
_ACCOUNTS = "host <> '' AND " + OF_DOMAIN.format("host")
_ALSO_OF = OF_DOMAIN.format("host").replace("$1", "$3")
_THEIRS = f"(SELECT id FROM accounts WHERE {_ACCOUNTS})"
_COUNTS = f"""
    SELECT (SELECT count(*) FROM accounts WHERE {_ACCOUNTS}) AS accounts,
        (SELECT count(*) FROM posts p WHERE p.author_id IN {_THEIRS} AND p.deleted_at IS NULL) AS posts,
        (SELECT count(*) FROM media m WHERE m.account_id IN {_THEIRS}) AS files,
        (SELECT count(*) FROM follows f WHERE f.state = 'accepted' AND f.followee_id IN {_THEIRS}
            AND EXISTS (SELECT 1 FROM users u WHERE u.id = f.follower_id)) AS following,
        (SELECT count(*) FROM follows f WHERE f.state = 'accepted' AND f.follower_id IN {_THEIRS}
            AND EXISTS (SELECT 1 FROM users u WHERE u.id = f.followee_id)) AS followers,
        (SELECT count(*) FROM users u WHERE EXISTS (SELECT 1 FROM follows f WHERE f.state = 'accepted'
            AND (f.follower_id = u.id AND f.followee_id IN {_THEIRS}
                OR f.followee_id = u.id AND f.follower_id IN {_THEIRS}))) AS members,
        (SELECT count(*) FROM reports r WHERE r.target_id IN {_THEIRS}) AS reports
"""
