"""Figures of this server by the day: who was here, what came and went. Days are those of UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from echo import db
from echo.ids import first_id_at

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Every day of it, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def before(self) -> Period:
        """The same number of days right before."""
        length = timedelta(days=len(self.days))
        return Period(self.first - length, self.last - length)

    def values(self) -> dict[str, object]:
        """What statements are given: moments and ids, the end not included."""
        start = datetime.combine(self.first, datetime.min.time(), UTC)
        end = datetime.combine(self.last + timedelta(days=1), datetime.min.time(), UTC)
        return {
            "start": start,
            "end": end,
            "first_day": self.first,
            "last_day": self.last,
            "from_id": first_id_at(start),
            "below_id": first_id_at(end),
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL, and which of the values of a period or of what is asked about it takes, in order."""

    sql: str
    takes: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """What it is given."""
        return [values[name] for name in self.takes]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure.

    Shapes:  by_day: rows (day, value); total: of all days together, where that is not their sum; about: what
             has
             to be named, "id" of a hashtag or "domain" of a server; is_ever: the total is of all times
    """

    by_day: Statement
    total: Statement | None = None
    about: str = ""
    unit: str = ""
    is_ever: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a measure says of a period; `previous`: of the days before, None where it is of all times."""

    total: int
    previous: int | None
    by_day: dict[date, int]


_RANGE = ("start", "end")
_IDS = ("from_id", "below_id")
_DAY_OF_ID = "(to_timestamp((p.id >> 16) / 1000.0) AT TIME ZONE 'UTC')::date"
_THEIRS = "(SELECT id FROM accounts WHERE domain = ANY($1))"
_THEIRS_BY_DAY = "(SELECT id FROM accounts WHERE domain = ANY($3))"
_TAGGED = (
    " FROM post_hashtags t JOIN posts p ON p.id = t.post_id AND p.deleted_at IS NULL JOIN accounts a"
    " ON a.id = p.author_id WHERE t.hashtag_id = $3 AND t.post_id >= $1 AND t.post_id < $2"
)
_ABOUT_TAG = (*_IDS, "id")
_ABOUT_SERVER = (*_RANGE, "domains")


def _made(table: str, column: str = "created_at", condition: str = "true") -> str:
    return (
        f"SELECT ({column} AT TIME ZONE 'UTC')::date AS day, count(*) AS value FROM {table}"
        f" WHERE {column} >= $1 AND {column} < $2 AND {condition} GROUP BY 1"
    )


def _of_server(table: str, column: str) -> Measure:
    return Measure(
        by_day=Statement(_made(table, condition=f"{column} IN {_THEIRS_BY_DAY}"), _ABOUT_SERVER),
        total=Statement(f"SELECT count(*) FROM {table} WHERE {column} IN {_THEIRS}", ("domains",)),
        about="domain",
        is_ever=True,
    )


def _of_tag(column: str) -> Measure:
    return Measure(
        by_day=Statement(f"SELECT {_DAY_OF_ID} AS day, {column} AS value{_TAGGED} GROUP BY 1", _ABOUT_TAG),
        total=Statement(f"SELECT {column}{_TAGGED}", _ABOUT_TAG),
        about="id",
    )


_COPIED = (
    " FROM media m JOIN remote_files r ON r.digest = encode(sha256(convert_to(m.remote_url, 'UTF8')), 'hex')"
    " AND r.file_key <> '' WHERE m.remote_url <> '' AND"
)
MEASURES: dict[str, Measure] = {
    "active_users": Measure(
        by_day=Statement(
            "SELECT day, count(*) AS value FROM active_days WHERE day >= $1 AND day <= $2 GROUP BY 1",
            ("first_day", "last_day"),
        ),
        total=Statement(
            "SELECT count(DISTINCT user_id) FROM active_days WHERE day >= $1 AND day <= $2",
            ("first_day", "last_day"),
        ),
    ),
    "new_users": Measure(by_day=Statement(_made("users"), _RANGE)),
    # Likes, boosts and answers by people of this server.
    "interactions": Measure(
        by_day=Statement(
            "SELECT day, sum(value)::bigint AS value FROM (SELECT (l.created_at AT TIME ZONE 'UTC')::date"
            " AS day,"
            " count(*) AS value FROM likes l JOIN users u ON u.id = l.account_id"
            " WHERE l.created_at >= $1 AND l.created_at < $2 GROUP BY 1"
            f" UNION ALL SELECT {_DAY_OF_ID}, count(*) FROM posts p WHERE p.local AND p.id >= $3 AND p.id"
            f" < $4"
            " AND p.deleted_at IS NULL AND (p.boost_of_id IS NOT NULL OR p.in_reply_to_id IS NOT NULL)"
            " GROUP BY 1) AS both_kinds GROUP BY 1",
            (*_RANGE, *_IDS),
        )
    ),
    "opened_reports": Measure(by_day=Statement(_made("reports"), _RANGE)),
    "resolved_reports": Measure(by_day=Statement(_made("reports", "resolved_at"), _RANGE)),
    "tag_accounts": _of_tag("count(DISTINCT p.author_id)"),
    "tag_uses": _of_tag("count(*)"),
    "tag_servers": _of_tag("count(DISTINCT a.domain)"),
    "instance_accounts": Measure(
        by_day=Statement(_made("accounts", condition="domain = ANY($3)"), _ABOUT_SERVER),
        total=Statement("SELECT count(*) FROM accounts WHERE domain = ANY($1)", ("domains",)),
        about="domain",
        is_ever=True,
    ),
    # The room that copies of their files take here.
    "instance_media_attachments": Measure(
        by_day=Statement(
            "SELECT (r.fetched_at AT TIME ZONE 'UTC')::date AS day, sum(r.size_bytes)::bigint AS value"
            f"{_COPIED} m.account_id IN {_THEIRS_BY_DAY} AND r.fetched_at >= $1 AND r.fetched_at < $2"
            f" GROUP BY 1",
            _ABOUT_SERVER,
        ),
        total=Statement(
            f"SELECT coalesce(sum(r.size_bytes), 0)::bigint{_COPIED} m.account_id IN {_THEIRS}", ("domains",)
        ),
        about="domain",
        unit="bytes",
        is_ever=True,
    ),
    "instance_reports": _of_server("reports", "target_id"),
    "instance_statuses": _of_server("posts", "author_id"),
    "instance_follows": _of_server("follows", "followee_id"),
    "instance_followers": _of_server("follows", "follower_id"),
    # Our own, for the page.
    "posts": Measure(
        by_day=Statement(
            f"SELECT {_DAY_OF_ID} AS day, count(*) AS value FROM posts p WHERE p.local AND p.id >= $1"
            " AND p.id < $2 AND p.deleted_at IS NULL AND p.boost_of_id IS NULL GROUP BY 1",
            _IDS,
        )
    ),
    "received": Measure(
        by_day=Statement(
            f"SELECT {_DAY_OF_ID} AS day, count(*) AS value FROM posts p WHERE NOT p.local AND p.id >= $1"
            " AND p.id < $2 GROUP BY 1",
            _IDS,
        )
    ),
}


async def domains_below(domain: str) -> list[str]:
    """A domain, and every one below it of which somebody is known; at most a thousand."""
    rows = await db.fetch(
        "SELECT DISTINCT domain FROM accounts WHERE right(domain, length($1) + 1) = '.' || $1"
        " ORDER BY domain LIMIT 1000",
        domain,
    )
    return [domain, *(row["domain"] for row in rows)]


async def find(measure: Measure, period: Period, about: Mapping[str, object]) -> Found:
    """What a measure says of a period and of the one before.

    Shapes:  about: `id` of a hashtag, or `domains` (a list) of a server
    """
    by_day, total = await _of(measure, period, about)
    previous = None if measure.is_ever else (await _of(measure, period.before(), about))[1]
    return Found(total, previous, {day: by_day.get(day, 0) for day in period.days})


async def _of(measure: Measure, period: Period, about: Mapping[str, object]) -> tuple[dict[date, int], int]:
    values = period.values() | dict(about)
    rows = await db.fetch(measure.by_day.sql, *measure.by_day.arguments(values))
    by_day = {row["day"]: int(row["value"]) for row in rows}
    if measure.total is None:
        return by_day, sum(by_day.values())
    return by_day, int(await db.fetch_value(measure.total.sql, *measure.total.arguments(values)) or 0)
