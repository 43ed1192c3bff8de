"""Where the engines live, with permissions and long paths in the way."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from echo.embedded import EngineFailed, engines
from echo.embedded.account import CANDIDATES, account_named, choose_account, this_account
from echo.embedded.binaries import find_postgres, find_valkey
from echo.embedded.home import SOCKET_PATH_LIMIT_BYTES, locate, prepare_home
from echo.embedded.postgres import PostgresEngine
from tests.embedded.conftest import AS_ROOT, wait_until


@pytest.fixture
def private(scratch: Path) -> Iterator[Path]:
    """A directory only we may enter, such as a home directory: as root an obstacle, else none."""
    path = scratch / "private"
    path.mkdir(mode=0o700)
    yield path
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert path.stat().st_gid == os.getegid()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_usually_the_home_is_in_the_data_directory(scratch: Path) -> None:
    home = prepare_home(scratch)

    assert (home.path, home.sockets) == (scratch / "engines", scratch / "engines/run")
    assert locate(scratch) == (home.path, home.sockets)
    assert not (scratch / "engines.json").exists()
    assert home.sockets.stat().st_uid == home.account.uid
    assert home.account.uid != 0


def test_a_private_parent_stays_private(private: Path, scratch: Path) -> None:
    fallback = scratch / "elsewhere"
    fallback.mkdir(mode=0o711)
    data = private / "data"
    data.mkdir(mode=0o700)

    first = prepare_home(data, fallback_parents=[fallback])
    second = prepare_home(data, fallback_parents=[fallback])

    assert first == second
    assert first.account.may(("-x", first.path), ("-w", first.sockets))
    assert first.path.parent == (fallback if AS_ROOT else data)
    assert mode_of(first.path) == (0o710 if AS_ROOT else 0o700)
    if AS_ROOT:
        assert (first.path / "DATA-DIRECTORY").read_text() == f"{data}\n"
        shutil.rmtree(first.path)
        with pytest.raises(EngineFailed, match="does not exist"):
            prepare_home(data, fallback_parents=[fallback])


def test_only_the_data_directory_itself_is_opened(scratch: Path) -> None:
    data = scratch / "data"
    data.mkdir(mode=0o700)

    home = prepare_home(data, fallback_parents=[])

    assert home.path == data / "engines"
    assert mode_of(data) == (0o710 if AS_ROOT else 0o700)
    assert mode_of(scratch) == 0o711


def test_without_any_place_the_words_say_what_to_do(private: Path) -> None:
    data = private / "data"
    data.mkdir(mode=0o700)
    if AS_ROOT:
        with pytest.raises(EngineFailed, match="choose a data directory outside"):
            prepare_home(data, fallback_parents=[])
    else:
        assert prepare_home(data, fallback_parents=[]).path == data / "engines"


def test_data_that_became_unreachable_is_not_replaced_by_an_empty_database(scratch: Path) -> None:
    inner = scratch / "inner"
    inner.mkdir(mode=0o711)
    data = inner / "data"
    data.mkdir(mode=0o711)
    prepare_home(data).make_private("postgres")
    inner.chmod(0o700)
    if AS_ROOT:
        with pytest.raises(EngineFailed, match="any more"):
            prepare_home(data)
    else:
        assert prepare_home(data).path == data / "engines"


def test_long_paths_have_their_sockets_elsewhere(scratch: Path) -> None:
    data = scratch / ("long" * 30)
    data.mkdir(mode=0o711)

    first = prepare_home(data, socket_parents=[scratch])
    assert first.path == data / "engines"
    assert first.sockets.parent == scratch
    assert mode_of(first.sockets) == 0o700
    assert prepare_home(data, socket_parents=[scratch]).sockets == first.sockets

    first.sockets.chmod(0o777)  # somebody else's doing: not trusted any more
    third = prepare_home(data, socket_parents=[scratch])
    assert third.sockets != first.sockets

    shutil.rmtree(third.sockets)
    third.sockets.symlink_to(first.sockets)
    assert prepare_home(data, socket_parents=[scratch]).sockets not in (first.sockets, third.sockets)


def test_the_limit_counts_bytes_not_letters(scratch: Path) -> None:
    data = scratch / ("é" * 40)
    data.mkdir(mode=0o711)
    home = prepare_home(data, socket_parents=[scratch])
    assert len(os.fsencode(home.sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT_BYTES
    assert home.sockets.parent == scratch


def test_an_unreadable_record_is_an_error(scratch: Path) -> None:
    (scratch / "engines.json").write_text("{")
    with pytest.raises(EngineFailed, match=r"engines\.json is not readable"):
        prepare_home(scratch)


def test_settings_are_written_for_the_engines_only(scratch: Path) -> None:
    home = prepare_home(scratch)
    for text in ("one = 1\n", "two = 2\n"):
        path = home.write_config("some.conf", text)
        assert path.read_text() == text
        assert home.account.may(("-r", path))
        assert home.account.may(("-w", path)) is not AS_ROOT
        assert mode_of(path) == (0o640 if AS_ROOT else 0o600)


def test_the_account() -> None:
    chosen = choose_account()
    if AS_ROOT:
        assert chosen.name in CANDIDATES
        assert choose_account("nobody") == account_named("nobody")
        for wrong in ("root", "no-such-user-here"):
            with pytest.raises(EngineFailed, match="no such user, or it is root"):
                choose_account(wrong)
    else:
        assert chosen == this_account()
        assert choose_account("nobody") == chosen
    assert chosen.may(("-x", Path("/")))
    assert not chosen.may(("-x", Path("/no such directory")))


def test_the_owner_of_the_data_goes_on_owning_it(scratch: Path) -> None:
    wanted = "nobody" if AS_ROOT else None
    first = prepare_home(scratch, engine_user=wanted)
    first.make_private("postgres")

    again = prepare_home(scratch)

    assert again.account.uid == first.account.uid == (scratch / "engines/postgres").stat().st_uid


def test_copied_programs_work(scratch: Path) -> None:
    """What happens when the installed programs lie where the engines' user cannot read."""
    home = prepare_home(scratch)
    postgres = find_postgres().copied_to(home.path / "programs")
    valkey = find_valkey().copied_to(home.path / "programs")

    assert postgres.usable_by(home.account)
    assert valkey.usable_by(home.account)
    changed_at = postgres.program("postgres").stat().st_mtime_ns
    assert find_postgres().copied_to(home.path / "programs") == postgres
    assert postgres.program("postgres").stat().st_mtime_ns == changed_at

    engine = PostgresEngine(home, postgres, durable=False)
    engine.spawn()
    try:
        engine.wait_ready()
        assert os.readlink(f"/proc/{engine.pid}/exe") == str(postgres.program("postgres"))
    finally:
        engine.stop()


@pytest.mark.parametrize("tool", ["psql", "pg_dump", "pg_restore"])
def test_copied_tools_find_their_libraries(scratch: Path, tool: str) -> None:
    home = prepare_home(scratch)
    copy = find_postgres().copied_to(home.path / "programs")
    assert home.account.may(("-x", copy.program(tool)))
    assert os.system(f"'{copy.program(tool)}' --version > /dev/null") == 0


def test_unreachable_programs_are_copied(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = Path(tempfile.mkdtemp(prefix="echo-test-", dir=scratch))  # 0700
    original = find_valkey()
    monkeypatch.setattr("echo.embedded.pair.find_valkey", lambda: original.copied_to(hidden / "venv"))

    with engines(scratch / "data", postgres=False) as running:
        pid = running.running[0].pid
        expected = scratch / "data/engines/programs" if AS_ROOT else hidden / "venv"
        wait_until(lambda: Path(os.readlink(f"/proc/{pid}/exe")).is_relative_to(expected))


def test_a_path_that_initdb_would_misread_is_refused(scratch: Path) -> None:
    home = prepare_home(scratch)
    postgres = find_postgres().copied_to(home.path / "pro$(touch grams)")
    with pytest.raises(EngineFailed, match=r"path with \$ in it"):
        PostgresEngine(home, postgres).spawn()
    assert not (home.path / "postgres").exists()
