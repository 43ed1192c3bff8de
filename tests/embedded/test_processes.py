from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from echo.embedded import EngineFailed
from echo.embedded.account import this_account
from echo.embedded.processes import (
    bound_log,
    describe_end,
    is_alive,
    open_log,
    processes_marked,
    run_once,
    short_name,
    spawn,
    started_ticks,
    tail,
)
from tests.embedded.conftest import wait_until


def test_a_large_log_is_set_aside_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    with open_log(path) as log:
        os.write(log, b"x" * 100)
        bound_log(path, limit_bytes=100)
        assert path.stat().st_size == 100
        os.write(log, b"y")
        bound_log(path, limit_bytes=100)
        os.write(log, b"later")
    assert path.read_text() == "later"
    assert (tmp_path / "engine.log.old").read_text() == "x" * 100 + "y"


def test_no_log_is_no_error(tmp_path: Path) -> None:
    bound_log(tmp_path / "none")
    assert tail(tmp_path / "none") == ""


def test_a_log_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic links"), open_log(tmp_path / "log"):
        pass


def test_the_tail_is_short(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("\n".join(f"line {number}" for number in range(10_000)))
    assert tail(path, lines=2) == "line 9998 | line 9999"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "ended with status 0"),
        (3, "ended with status 3"),
        (-9, "was killed by SIGKILL"),
        (-99, "was killed by signal 99"),
    ],
)
def test_ends_in_words(code: int, words: str) -> None:
    assert describe_end(code) == words


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen(["true"])
    wait_until(lambda: not is_alive(child.pid))
    child.wait()
    assert is_alive(os.getpid())
    assert not is_alive(2**22 + 1)


def test_processes_are_told_apart() -> None:
    mark = f"mark-{os.getpid()}"
    with subprocess.Popen(["sh", "-c", "read line", mark], stdin=subprocess.PIPE) as child:
        wait_until(lambda: short_name(child.pid) == "sh")
        assert list(processes_marked(mark, uids={os.geteuid()})) == [child.pid]
        assert list(processes_marked(mark, uids={os.geteuid() + 1})) == []
        assert started_ticks(child.pid) >= started_ticks(os.getpid()) > 0


def test_a_spawned_process_knows_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    path = tmp_path / "log"
    process = spawn(
        ["/bin/sh", "-c", 'echo "$PGPORT|$(pwd)|$(umask)"; cut -d" " -f6 /proc/$$/stat'],
        account=this_account(),
        log_path=path,
        death_signal=signal.SIGTERM,
    )
    process.wait(5)
    first, session = path.read_text().split()
    assert first == "|/|0077"
    assert int(session) == process.pid


def test_run_once_says_whether_it_went_well(tmp_path: Path) -> None:
    path = tmp_path / "log"
    account = this_account()
    assert run_once(["/bin/sh"], account=account, log_path=path, standard_input=b"echo good")
    assert not run_once(["/bin/sh", "-c", "echo bad; exit 4"], account=account, log_path=path)
    assert path.read_text() == "good\nbad\n"


def test_a_program_that_does_not_run_is_named(tmp_path: Path) -> None:
    foreign = tmp_path / "server"
    foreign.write_bytes(b"\x7fELF of another world")
    foreign.chmod(0o755)
    with pytest.raises(EngineFailed, match=r"server does not run on this system: Exec format error"):
        spawn(
            [str(foreign)],
            account=this_account(),
            log_path=tmp_path / "log",
            death_signal=signal.SIGTERM,
        )


def test_the_death_of_the_parent_is_not_missed() -> None:
    """The parent may die between fork and the request for its death signal."""
    program = (
        "import os, signal, sys\n"
        "from echo.embedded.processes import die_with_parent\n"
        "die_with_parent(signal.SIGTERM, os.getppid() + 1)\n"
        "sys.exit(0)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGTERM
