"""What a backup holds, how it notices damage, and what becomes of what waited. The whole way is in e2e."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from echo import clock, db, ids
from echo.actions import restored
from echo.backup import places, records, restoring, taking, texts
from echo.backup.taking import What
from echo.cli import backup
from echo.cli.common import Common
from echo.config import Config
from echo.embedded import engines, temporary_engines
from echo.errors import Conflict, EchoError, Invalid, NotFound
from echo.media import keys, port
from echo.models import Account, AccountKey, Delivery, Job, OutboundActivity, Post, ScheduledPost
from echo.policy.keys import belong_together, new_ed25519_pair
from echo.runtime import Runtime
from tests import make
from tests.conftest import changed


def quiet(_: str) -> None:
    return


async def picture_of(person: make.Person) -> str:
    key = keys.new_key("png")
    await port.store().put(key, b"PICTURE-OF-ALICE", "image/png")
    await Account.filter(id=person.id).update(avatar=key)
    return key


@pytest.mark.parametrize("name", ["saved.tar", "saved"])
async def test_a_backup_says_what_is_in_it_and_notices_damage(
    runtime: Runtime, tmp_path: Path, name: str
) -> None:
    author = await make.person()
    await make.post(author)
    key, plain, path = await picture_of(author), runtime.config, tmp_path / "out" / name
    await Account.create(
        id=ids.new_id(),
        username="far",
        username_key="far",
        domain="far.test",
        uri="https://far.test/1",
        avatar="https://far.test/a.png",
        created_at=clock.now(),
    )
    here, there = Path(plain.instance.texts), tmp_path / "there"
    here.mkdir(exist_ok=True)
    (here / "about.md").write_text("# Who we are")
    (here / ".hidden.md").write_text("none of ours")
    made = await taking.take(plain, plain, runtime.data, path, What(media=True), quiet)
    assert (made.tables["posts"], made.tables["users"]) == (1, 1)
    assert (made.media_files, made.media_bytes, made.media_missing) == (1, 16, 0)
    assert made.migrations[0] == "echo.0001_initial"
    assert [path.name for path in path.parent.iterdir()] == [name], "nothing else is left"
    reader = places.find(path)
    with reader.open("config.toml") as file:
        assert b"postgresql://" not in file.read()
    assert (await restoring.check(reader, quiet)).damaged == ()
    texts.write(reader, made, changed(plain, instance={"texts": str(there)}), tmp_path)
    assert {found.name: found.read_text() for found in there.iterdir()} == {"about.md": "# Who we are"}
    with pytest.raises(Conflict):
        await restoring.require_fits(made, plain, runtime.data)
    with pytest.raises(Invalid, match="under its own name"):
        await restoring.require_fits(made, changed(plain, instance={"domain": "else.test"}), runtime.data)
    reader.close()
    with pytest.raises(Invalid, match="exists already"):
        places.create(path)
    file = path if path.is_file() else path / "media" / key
    file.write_bytes(file.read_bytes().replace(b"PICTURE-OF-ALICE", b"picture-of-alice"))
    reader = places.find(path)
    damaged = (await restoring.check(reader, quiet)).damaged
    reader.close()
    assert damaged == (f"media/{key}",)


async def test_a_backup_that_fails_leaves_nothing(runtime: Runtime, tmp_path: Path) -> None:
    broken = changed(runtime.config, database={"url": runtime.config.database.url + "&x=1#"})
    with pytest.raises((EchoError, *db.ERRORS)):
        await taking.take(
            changed(broken, database={"url": "postgresql://nobody@127.0.0.1:1/none"}),
            runtime.config,
            runtime.data,
            tmp_path / "out" / "saved.tar",
            What(),
            quiet,
        )
    assert list((tmp_path / "out").iterdir()) == []
    for content in (b"not a tar", b""):
        (tmp_path / "a.tar").write_bytes(content)
        with pytest.raises(Invalid):
            places.find(tmp_path / "a.tar")


_LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from echo.backup import programs
from echo.store import snapshots

async def dump(url, target):
    async with snapshots.look(url) as now:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        await programs.dump(url, now.name, Path(target))

asyncio.run(dump(*sys.argv[1:]))
"""


async def test_a_program_that_is_killed_says_nothing_and_we_do(runtime: Runtime, tmp_path: Path) -> None:
    words = (sys.executable, "-c", _LIMITED, runtime.config.database.url, str(tmp_path / "dump"))
    child = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.PIPE)
    _, said = await child.communicate()
    assert b"pg_dump failed: was killed by SIGXFSZ" in said


async def test_a_restore_that_breaks_off_among_files_is_unfinished(runtime: Runtime, tmp_path: Path) -> None:
    """Else the next start would serve an empty server under a name that others know."""
    key = keys.new_key("png")
    await port.store().put(key, b"PICTURE", "image/png")
    await Account.create(
        id=ids.new_id(),
        username="a",
        username_key="a",
        uri="https://echo.test/1",
        avatar=key,
        created_at=clock.now(),
    )
    saved, there = tmp_path / "saved", tmp_path / "there"
    await taking.take(runtime.config, runtime.config, runtime.data, saved, What(media=True), quiet)
    there.mkdir()
    (tmp_path / "in the way").write_bytes(b"")
    reader, wanted = places.find(saved), {"media": {"path": str(tmp_path / "in the way")}}
    with pytest.raises(OSError, match="in the way"):
        await restoring.restore(reader, changed(runtime.config, **wanted), there, send=False, say=quiet)
    assert records.is_restore_unfinished(there)

    # A backup that cannot be read is another thing: nothing has begun with it.
    (saved / "media" / key).write_bytes(b"PIXTURE")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(Invalid, match="damaged"):
        await restoring.restore(reader, runtime.config, elsewhere, send=False, say=quiet)
    assert not records.is_restore_unfinished(elsewhere)
    with pytest.raises(Invalid, match="damaged"):
        await restoring.restore(reader, runtime.config, there, send=False, say=quiet)
    assert records.is_restore_unfinished(there)
    reader.close()


async def test_a_restore_that_is_refused_leaves_no_configuration(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the server that is there would start as the other one the next time."""
    await make.post(await make.person())
    saved, there = tmp_path / "saved", tmp_path / "there"
    await taking.take(runtime.config, runtime.config, runtime.data, saved, What(), quiet)
    monkeypatch.setenv("ECHO_DATABASE__URL", runtime.config.database.url)
    monkeypatch.setenv("ECHO_REDIS__URL", runtime.config.redis.url)
    with pytest.raises(Conflict):
        await backup.restore(saved, common=Common(data=there))
    assert not (there / "config.toml").exists()


async def test_where_there_is_no_server_none_is_saved(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="say with --data"):
        await backup.backup(tmp_path / "saved", common=Common(data=tmp_path / "typo"))
    assert list(tmp_path.iterdir()) == []


async def test_a_database_without_tables_is_not_saved(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with temporary_engines() as bare, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECHO_DATABASE__URL", bare.database_url)
        patch.setenv("ECHO_REDIS__URL", bare.redis_url)
        data.mkdir()
        with pytest.raises(NotFound, match="There is no Echo in this database"):
            await backup.backup(tmp_path / "saved", common=Common(data=data))
    assert list(tmp_path.iterdir()) == [data]


async def test_a_server_that_runs_is_not_restored_under_its_feet(runtime: Runtime, tmp_path: Path) -> None:
    saved, there = tmp_path / "saved", tmp_path / "there"
    await taking.take(runtime.config, runtime.config, runtime.data, saved, What(), quiet)
    with engines(there, postgres=False, valkey=False), pytest.raises(Conflict, match="Echo is running in"):
        await backup.restore(saved, common=Common(data=there))
    assert not (there / "config.toml").exists()


async def test_what_waited_is_held_back_and_numbers_go_on(runtime: Runtime) -> None:
    author, now = await make.person(), clock.now()
    post = await make.post(author)
    activity = await OutboundActivity.create(
        uri="https://echo.test/1",
        kind="Create",
        sender_id=author.id,
        body=b"{}",
        created_at=now,
        expires_at=now,
    )
    await Delivery.create(
        activity_id=activity.id, host="a.test", inbox="https://a.test", due_at=now, created_at=now
    )
    await ScheduledPost.create(account_id=author.id, due_at=now - timedelta(hours=1), created_at=now)
    await ScheduledPost.create(account_id=author.id, due_at=now + timedelta(hours=1), created_at=now)
    outward = await Job.filter(name__startswith="federation.send_").count()
    inward = await Job.filter(name="timelines.add_post").count()
    assert (outward, inward) == (1, 1)

    held = await restored.settle(send=False)
    assert (held.deliveries, held.jobs, held.schedules) == (1, outward, 1)
    assert (await Delivery.get()).state == "dead"
    assert [job.dead for job in await Job.filter(name="timelines.add_post")] == [False]
    assert sorted(bool(row.failure) for row in await ScheduledPost.all()) == [False, True]
    assert (await Post.get(id=post.id)).version >= post.version + 1000
    assert (await Account.get(id=author.id)).version >= 1000
    later = await OutboundActivity.create(
        uri="https://echo.test/2",
        kind="Create",
        sender_id=author.id,
        body=b"{}",
        created_at=now,
        expires_at=now,
    )
    assert later.id > activity.id + 1000

    assert await restored.count_unfit_keys() == 0
    await AccountKey.filter(account_id=author.id).update(ed25519_public_pem=new_ed25519_pair().public_pem)
    assert await restored.count_unfit_keys() == 1
    assert not belong_together("nothing", "at all")


async def test_a_backup_is_made_before_migrations_where_it_is_wanted(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one(_: Config) -> list[str]:
        return ["echo.9999_next"]

    wanted = changed(runtime.config, backups={"before_migrations": True, "keep": 1})
    assert await records.save_first(wanted, wanted, tmp_path, quiet) is None, "nothing waits"
    monkeypatch.setattr(records, "pending", one)
    assert await records.save_first(runtime.config, runtime.config, tmp_path, quiet) is None, "not wanted"
    first = await records.save_first(wanted, wanted, tmp_path, quiet)
    assert first is not None
    last = records.last_backup(tmp_path)
    assert last is not None
    assert last.path == str(first.resolve())
    clock.shift(timedelta(minutes=1))
    second = await records.save_first(wanted, wanted, tmp_path, quiet)
    assert second is not None
    assert list((tmp_path / "backups").iterdir()) == [second]
