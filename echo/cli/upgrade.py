"""`echoctl upgrade`: whether this release can take over what an earlier one has left, and letting it."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from echo import __version__, clock, schema
from echo.backup import records
from echo.cli.backup import tell
from echo.cli.common import Common, engines_for, load_config, say
from echo.cli.findings import Finding
from echo.config import Config
from echo.config.load import ConfigError
from echo.store import snapshots

# A migration may write a table anew beside itself, and its log.
ROOM_FACTOR, ROOM_LEAST_BYTES = 1.5, 512 * 1024**2
POSTGRES_LEAST, PYTHON_LEAST = 150_000, (3, 11)


@dataclass(frozen=True, slots=True)
class Schema:
    """The migrations of a database and of this release.

    Shapes:  later: applied ones that this release does not know
    """

    missing: list[str]
    later: list[str]
    postgres: int
    size_bytes: int


async def upgrade(
    *, check: Annotated[bool, Parameter(negative="")] = False, common: Common = Common()
) -> int:
    """Let this release take over: a backup where the configuration wants one, then the migrations.

    Exit status 1: something stands in the way, and nothing was changed.

    Parameters
    ----------
    check: Only look: migrations, room on the disk, versions, age of the last backup, keys of the
        configuration. What is needed and harmless is a warning.
    """
    try:
        plain = load_config(common)
    except ConfigError as error:
        # A key that this release does not know any more is the first thing to find out.
        return _report([Finding("config", "failed", error.public, "Change the configuration.")], common)
    with engines_for(plain, common.data) as config:
        found = await _schema(config)
        findings = [*_versions(found), _room(found, common), _backup(plain, common.data), _keys(common.data)]
        if check or any(finding.state == "failed" for finding in findings):
            return _report(findings, common)
        saved = await records.save_first(config, plain, common.data, tell)
        applied = await schema.migrate(config)
    records.release_serves(common.data)
    document = {"applied": applied, "backup": None if saved is None else str(saved), "version": __version__}
    say(common, document, "\n".join(f"applied: {name}" for name in applied) or "nothing to do")
    return 0


async def _schema(config: Config) -> Schema:
    missing = await schema.pending(config)
    async with snapshots.look(config.database.url) as now:
        applied = [] if await snapshots.people(config.database.url) is None else await now.migrations()
        version = await now.postgres_version()
    return Schema(
        missing=missing,
        later=[name for name in applied if name not in schema.known()],
        postgres=version,
        size_bytes=await snapshots.size_bytes(config.database.url),
    )


def _versions(found: Schema) -> list[Finding]:
    findings = []
    if found.later:
        findings.append(
            Finding(
                "migrations",
                "failed",
                f"the database is of a later release: {found.later[0]}",
                "Install that release: the way back is a backup from before.",
            )
        )
    elif found.missing:
        names = ", ".join(found.missing)
        findings.append(
            Finding("migrations", "warning", f"{len(found.missing)} wait: {names}", "Run `echoctl upgrade`.")
        )
    else:
        findings.append(Finding("migrations", "ok", "none waits"))
    python = sys.version_info[:3]
    said = f"Echo {__version__}, Python {'.'.join(map(str, python))}, PostgreSQL {found.postgres // 10_000}"
    if found.postgres < POSTGRES_LEAST or python < PYTHON_LEAST:
        advice = "Echo needs PostgreSQL 15 and Python 3.11."
        return [*findings, Finding("versions", "failed", said, advice)]
    return [*findings, Finding("versions", "ok", said)]


def _room(found: Schema, common: Common) -> Finding:
    free = shutil.disk_usage(common.data if common.data.exists() else ".").free
    need = int(found.size_bytes * ROOM_FACTOR) + ROOM_LEAST_BYTES
    said = f"{free / 2**30:.1f} GiB free, the database has {found.size_bytes / 2**30:.1f} GiB"
    if found.missing and free < need:
        return Finding("disk", "failed", said, f"Make room for {need / 2**30:.1f} GiB.")
    return Finding("disk", "ok", said)


def _backup(config: Config, data: Path) -> Finding:
    last = records.last_backup(data)
    if last is None:
        state = "ok" if config.backups.before_migrations else "warning"
        advice = "" if state == "ok" else "Run `echoctl backup`, or set backups.before_migrations."
        return Finding("backup", state, "none is known", advice)
    days = (clock.now() - last.made_at).total_seconds() / 86_400
    said = f"{days:.1f} days old: {last.path}"
    if not Path(last.path).exists():
        return Finding("backup", "warning", f"{said}, and not there any more", "Make sure that you have it.")
    if days > config.backups.warn_days and not config.backups.before_migrations:
        return Finding("backup", "warning", said, "Run `echoctl backup`.")
    return Finding("backup", "ok", said)


def _keys(data: Path) -> Finding:
    """Keys of the configuration that the last release did not know: their defaults count from now on."""
    last = records.last_release(data)
    if last is None:
        return Finding("config", "ok", "no earlier release is known here")
    new = [key for key in records.config_keys() if key not in last.config_keys]
    if new:
        advice = "Their defaults count; `echoctl config write` describes them."
        return Finding("config", "warning", f"new since {last.echo}: {', '.join(new)}", advice)
    return Finding("config", "ok", f"as with {last.echo}")


def _report(findings: list[Finding], common: Common) -> int:
    lines = []
    for finding in findings:
        mark = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}[finding.state]
        lines.append(f"{mark}  {finding.name}: {finding.found}")
        if finding.advice:
            lines.append(f"         {finding.advice}")
    say(common, [asdict(finding) for finding in findings], "\n".join(lines))
    return int(any(finding.state == "failed" for finding in findings))
