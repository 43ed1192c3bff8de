"""Many accounts at once, by copying one: a crowd on this server, and one of 1,000 other servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import msgspec

from echo import addresses, clock, db, ids
from echo.models import Account
from echo.policy.secret_texts import digest
from echo.store import home
from tests import make

# A row of each table for each copy: the row of the template with some columns changed.
_COPIES = """
    INSERT INTO {table} SELECT made.* FROM {table} t, unnest($2::jsonb[]) AS change,
        LATERAL jsonb_populate_record(t, change) made WHERE t.{key} = $1
"""
_FOLLOWS = """
    INSERT INTO follows (follower_id, followee_id, state, uri, boosts, notify, created_at)
    SELECT id, $1, 'accepted', 'follow:' || id, true, false, $3 FROM unnest($2::bigint[]) AS f(id)
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Local followers of one person; `tokens` are theirs."""

    ids: list[int]
    tokens: list[str]


async def local_followers(followee: Account, count: int) -> Crowd:
    """People here who all follow somebody, with a token and a filled home timeline each."""
    template, now = await make.person("member"), clock.now()
    member_ids = older_ids(template.id, count, days=30)
    names = [f"member{number}" for number in range(1, count + 1)]
    tokens = [f"token-of-{name}" for name in names]
    here = addresses.here()
    await _copy(
        "accounts",
        "id",
        template.id,
        [
            {
                "id": id_,
                "username": name,
                "username_key": name,
                "uri": here.actor(id_),
                "url": here.profile_page(name),
                "inbox": here.inbox(id_),
                "followers_uri": here.collection(id_, "followers"),
            }
            for id_, name in zip(member_ids, names, strict=True)
        ],
    )
    await _copy("account_keys", "account_id", template.id, [{"account_id": id_} for id_ in member_ids])
    await _copy("account_stats", "account_id", template.id, [{"account_id": id_} for id_ in member_ids])
    await _copy(
        "users",
        "id",
        template.id,
        [
            {"id": id_, "email": f"{name}@example.org", "email_key": f"{name}@example.org"}
            for id_, name in zip(member_ids, names, strict=True)
        ],
    )
    first_token = await db.fetch_value("SELECT max(id) FROM tokens")
    await _copy(
        "tokens",
        "user_id",
        template.id,
        [
            {"id": first_token + number, "user_id": id_, "token_hash": digest(token)}
            for number, (id_, token) in enumerate(zip(member_ids, tokens, strict=True), 1)
        ],
    )
    await db.execute("SELECT setval(pg_get_serial_sequence('tokens', 'id'), max(id)) FROM tokens")
    await db.execute(_FOLLOWS, followee.id, member_ids, now)
    for id_ in member_ids:
        await home.fill(id_)
    return Crowd(member_ids, tokens)


async def remote_followers(followee: Account, hosts: list[str], *, days: int) -> None:
    """One follower on each of these hosts, without a shared inbox.

    Shapes:  days: how old they are, not the same for two crowds: ids come from the time
    """
    template = await make.stranger("visitor", f"{followee.username}.test")
    changes = []
    for id_, host in zip(older_ids(template.id, len(hosts), days=days), hosts, strict=True):
        base = f"http://{host}/users/visitor"
        changes.append(
            {
                "id": id_,
                "domain": host,
                "host": host,
                "uri": base,
                "url": base,
                "inbox": f"{base}/inbox",
                "shared_inbox": "",
                "followers_uri": f"{base}/followers",
            }
        )
    await _copy("accounts", "id", template.id, changes)
    visitor_ids = [change["id"] for change in changes]
    await db.execute(_FOLLOWS, followee.id, visitor_ids, clock.now())


async def follow_from_here(followee: Account, ids_: list[int]) -> None:
    """These people here follow somebody else too."""
    await db.execute(_FOLLOWS, followee.id, ids_, clock.now())


async def follow_from_there(followee: Account, hosts: list[str]) -> None:
    """Those who are there on these hosts already follow somebody else too."""
    rows = await db.fetch("SELECT id FROM accounts WHERE host = ANY($1) AND username = 'visitor'", hosts)
    await db.execute(_FOLLOWS, followee.id, [row["id"] for row in rows], clock.now())


async def remote_strangers(template: Account, count: int) -> list[str]:
    """Many people beside one elsewhere, with the same key. Returns their ids on the wire."""
    base = template.uri.rpartition("/")[0]
    [key] = template.public_keys
    changes = []
    for number, id_ in enumerate(older_ids(template.id, count, days=90)):
        uri = f"{base}/stranger{number}"
        changes.append(
            {
                "id": id_,
                "username": f"stranger{number}",
                "username_key": f"stranger{number}",
                "uri": uri,
                "url": uri,
                "inbox": f"{uri}/inbox",
                "followers_uri": f"{uri}/followers",
                "public_keys": [key | {"id": f"{uri}#main-key"}],
            }
        )
    await _copy("accounts", "id", template.id, changes)
    return [str(change["uri"]) for change in changes]


def older_ids(id_: int, count: int, *, days: int) -> list[int]:
    """Ids of a time when nobody was there, so that none is taken."""
    first = ids.first_id_at(ids.moment_of(id_) - timedelta(days=days))
    return [first + (number << 16) for number in range(count)]


async def _copy(table: str, key: str, template_id: int, changes: list[dict[str, object]]) -> None:
    made = await db.execute(
        _COPIES.format(table=table, key=key),
        template_id,
        [msgspec.json.encode(change).decode() for change in changes],
    )
    assert made == len(changes), f"{table}: {made} copies instead of {len(changes)}"
