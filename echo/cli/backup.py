"""`echoctl backup`, `echoctl restore`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from echo import schema
from echo.actions import machine
from echo.backup import places, records, restoring, taking
from echo.backup.restoring import Restored
from echo.backup.taking import What
from echo.cli.common import Common, engines_for, load_config, say
from echo.config import Config
from echo.embedded import find_engines
from echo.errors import Conflict, NotFound
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.runtime import open_runtime
from echo.store import snapshots

Flag = Annotated[bool, Parameter(negative="")]


async def backup(
    path: Path,
    /,
    *,
    media: Flag = False,
    secrets: Flag = False,
    check: Flag = False,
    common: Common = Common(),
) -> int:
    """Save this server, which may be running: database, keys, configuration, a list of files with hashes.

    Exit status 1: what was looked at with --check is damaged.

    Parameters
    ----------
    path: A folder that is made, or a file when the name ends in .tar. Keep it as secret as a private key.
    media: Save the files of people too, not only their names and hashes.
    secrets: Save passwords and keys of the configuration too.
    check: Make none: read the one that is there, and compare it with its hashes.
    """
    if check:
        return await _check(path, common)
    plain = load_config(common)
    if not common.data.exists():
        # Engines would be started there, and an empty server be saved.
        raise NotFound(f"There is no {common.data}: say with --data where the server is")
    with engines_for(plain, common.data) as config:
        if await snapshots.people(config.database.url) is None:
            raise NotFound("There is no Echo in this database: nothing to save")
        made = await taking.take(config, plain, common.data, path, What(media, secrets), tell)
        await _note(config, common.data, path, What(media, secrets))
    records.backup_made(common.data, path, made)
    rows = sum(made.tables.values())
    text = f"{path}: {rows} rows of {len(made.tables)} tables, {made.media_files} files"
    text += "" if media else " (their names and hashes; add --media for the files themselves)"
    say(common, msgspec.to_builtins(made), text)
    return 0


async def _note(config: Config, data: Path, path: Path, what: What) -> None:
    """Whoever has a backup has everything: it is written down, where the schema is this release's."""
    if await schema.pending(config):
        tell("the audit log does not tell of this backup: migrations are missing")
        return
    runtime = await open_runtime(config, data)
    try:
        await machine.note(Staff.shell(), Deed.BACKUP_TAKE, str(path), asdict(what))
    finally:
        await runtime.close()


async def _check(path: Path, common: Common) -> int:
    reader = places.find(path)
    try:
        found = await restoring.check(reader, tell)
    finally:
        reader.close()
    made = found.manifest
    lines = [f"made at {made.made_at:%Y-%m-%d %H:%M} by Echo {made.echo}, of {made.domain}"]
    lines += [f"damaged: {name}" for name in found.damaged] or ["whole"]
    document = {"manifest": msgspec.to_builtins(made), "damaged": list(found.damaged)}
    say(common, document, "\n".join(lines))
    return int(bool(found.damaged))


async def restore(
    path: Path, /, *, outbox: Literal["hold", "send"] = "hold", common: Common = Common()
) -> int:
    """Make a server of a backup, in a data directory or database where nobody is yet.

    Exit status 1: it was loaded, and something does not hold.

    Parameters
    ----------
    path: The folder or .tar file.
    outbox: What becomes of things that waited to be sent to other servers, devices and mailboxes. hold: they
        wait for `echoctl federation requeue`, because they may have been sent since. send: they are sent.
    """
    if find_engines(common.data) is not None:
        # It would go on with the keys that it has read, and lose its tables in the middle of its work.
        raise Conflict(f"Echo is running in {common.data}: stop it, or restore into a new data directory")
    reader = places.find(path)
    has_config = False
    try:
        restoring.read_manifest(reader)
        has_config = common.config is None and restoring.write_config(reader, common.data)
        if has_config:
            tell(f"the configuration is in {common.data / 'config.toml'}")
        with engines_for(load_config(common), common.data) as config:
            done = await restoring.restore(reader, config, common.data, send=outbox == "send", say=tell)
    except BaseException:
        # Refused: whatever is here goes on as it was. Broken off: it goes on when it is called again.
        if has_config and not records.is_restore_unfinished(common.data):
            (common.data / "config.toml").unlink()
            tell(f"{common.data / 'config.toml'} is taken away again: nothing was restored")
        raise
    finally:
        reader.close()
    records.release_serves(common.data)
    say(common, _document(done), "\n".join(_lines(done)))
    return int(not done.is_whole)


def _document(done: Restored) -> dict[str, object]:
    return {
        "made_at": done.manifest.made_at,
        "domain": done.manifest.domain,
        "rows": sum(done.manifest.tables.values()),
        "held": msgspec.to_builtins(done.held),
        "broken": msgspec.to_builtins(done.broken),
        "tables_off": [{"table": name, "saved": saved, "found": now} for name, saved, now in done.tables_off],
        "files": done.media_files,
        "files_missing": done.media_missing,
        "migrated": list(done.migrated),
        "whole": done.is_whole,
    }


def _lines(done: Restored) -> list[str]:
    made, held, broken = done.manifest, done.held, done.broken
    lines = [
        f"{made.domain} as it was at {made.made_at:%Y-%m-%d %H:%M:%S} UTC:"
        f" {sum(made.tables.values())} rows, {done.media_files} files"
    ]
    lines += [f"{name}: {saved} rows were saved, {now} are there" for name, saved, now in done.tables_off]
    if done.media_missing:
        lines.append(f"{done.media_missing} files are not here: bring them, or restore a backup with --media")
    if broken.is_anything:
        lines.append(
            f"{broken.posts_without_author} posts without author, {broken.people_without_keys} people without"
            f" keys, {broken.keys_that_do_not_sign} keys that do not sign"
        )
    if held.deliveries or held.jobs or held.schedules:
        lines.append(
            f"held back: {held.deliveries} deliveries, {held.jobs} other things to say,"
            f" {held.schedules} posts whose time came (see docs/admin/backup.md)"
        )
    lines += [f"migrated: {name}" for name in done.migrated]
    return lines


def tell(text: str) -> None:
    """What is under way, for people; answers are on standard output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
