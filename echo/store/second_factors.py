"""What somebody can show beside a password: an authenticator app, passkeys, codes on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from echo import db
from echo.policy import seals


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What somebody has. `is_on`: a password alone lets nobody in."""

    has_app: bool
    passkeys: int
    codes_left: int

    @property
    def is_on(self) -> bool:
        return self.has_app or self.passkeys > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """The row of somebody, held until the unit of work ends.

    Shapes:  secret: of the authenticator app, readable; empty: none
    """

    secret: str
    is_confirmed: bool
    last_step: int
    failures: int
    locked_until: datetime | None


async def of_person(user_id: int) -> Proofs:
    """What somebody has."""
    row = await db.fetch_one(
        "SELECT EXISTS (SELECT 1 FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL)"
        " AS has_app, (SELECT count(*) FROM passkeys WHERE user_id = $1) AS passkeys,"
        " (SELECT count(*) FROM backup_codes WHERE user_id = $1 AND used_at IS NULL) AS codes_left",
        user_id,
    )
    assert row is not None, "a statement without FROM has a row"
    return Proofs(has_app=row["has_app"], passkeys=row["passkeys"], codes_left=row["codes_left"])


async def is_missing(user_id: int) -> bool:
    """Whether the role of somebody asks for a second factor that they do not have."""
    found: bool = await db.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM users u JOIN roles r ON r.id = u.role_id WHERE u.id = $1"
        " AND r.require_2fa AND NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id)"
        " AND NOT EXISTS (SELECT 1 FROM second_factors s WHERE s.user_id = u.id"
        " AND s.confirmed_at IS NOT NULL))",
        user_id,
    )
    return found


async def waiting_secret(user_id: int) -> str:
    """The secret of an app that has not shown a code yet; empty when there is none."""
    sealed = await db.fetch_value(
        "SELECT secret FROM second_factors WHERE user_id = $1 AND confirmed_at IS NULL", user_id
    )
    return seals.unseal(sealed) if sealed else ""


async def lock(user_id: int, at: datetime) -> Factor:
    """The row of somebody, made when there is none; whoever else wants it waits until we are done."""
    await db.execute(
        "INSERT INTO second_factors (user_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", user_id, at
    )
    row = await db.fetch_one("SELECT * FROM second_factors WHERE user_id = $1 FOR UPDATE", user_id)
    assert row is not None, "it was inserted above"
    return Factor(
        secret=seals.unseal(row["secret"]) if row["secret"] else "",
        is_confirmed=row["confirmed_at"] is not None,
        last_step=row["last_step"],
        failures=row["failures"],
        locked_until=row["locked_until"],
    )


async def keep_secret(user_id: int, secret: str) -> None:
    """Keep the secret of an app, sealed; it counts from its first code on."""
    await db.execute(
        "UPDATE second_factors SET secret = $2, confirmed_at = NULL, last_step = 0 WHERE user_id = $1",
        user_id,
        seals.seal(secret),
    )


async def confirm(user_id: int, at: datetime) -> None:
    """The app counts from now on."""
    await db.execute("UPDATE second_factors SET confirmed_at = $2 WHERE user_id = $1", user_id, at)


async def forget_app(user_id: int) -> None:
    """Forget the app; how often wrong codes were tried is remembered."""
    await db.execute(
        "UPDATE second_factors SET secret = '', confirmed_at = NULL, last_step = 0 WHERE user_id = $1",
        user_id,
    )


async def note_success(user_id: int, step: int) -> None:
    """A right code was shown; one of an app, of this step, is used up."""
    await db.execute(
        "UPDATE second_factors SET failures = 0, locked_until = NULL, last_step = greatest(last_step, $2)"
        " WHERE user_id = $1",
        user_id,
        step,
    )


async def note_failure(user_id: int, failures: int, locked_until: datetime | None) -> None:
    """A wrong one was shown."""
    await db.execute(
        "UPDATE second_factors SET failures = $2, locked_until = $3 WHERE user_id = $1",
        user_id,
        failures,
        locked_until,
    )


async def replace_codes(user_id: int, hashes: Sequence[str]) -> None:
    """New codes for paper; the old ones end."""
    await db.execute("DELETE FROM backup_codes WHERE user_id = $1", user_id)
    await db.execute(
        "INSERT INTO backup_codes (user_id, code_hash) SELECT $1, unnest($2::text[])", user_id, list(hashes)
    )


async def use_code(user_id: int, code_hash: str, at: datetime) -> bool:
    """Use a code of paper up; whether there was one."""
    return bool(
        await db.execute(
            "UPDATE backup_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
            user_id,
            code_hash,
            at,
        )
    )
