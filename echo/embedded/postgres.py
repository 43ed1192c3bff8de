"""The embedded PostgreSQL: made, configured, started and recovered without its command-line wrappers."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from echo.embedded.binaries import POSTGRES_MAJOR, PostgresBinaries
from echo.embedded.engine import Engine
from echo.embedded.errors import AlreadyRunning, EngineFailed
from echo.embedded.home import LONGEST_SOCKET_NAME, Home
from echo.embedded.processes import is_alive, processes_marked, run_once, short_name

ROLE = "echo"
DATABASE = "echo"

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  only asked about
_EXIT_SECONDS = 1.0
_SWEEP_SECONDS = 10.0
_STEP_SECONDS = 0.005
_STATUS_LINE = 7  # of postmaster.pid, counted from 0

# The application's role may create databases (the tests do) but is no superuser: an injected statement can
# neither run programs nor read the server's files.
_FIRST_STATEMENTS = (
    f"CREATE ROLE {ROLE} LOGIN CREATEDB;\n"
    f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n"
    "REVOKE CONNECT, TEMPORARY ON DATABASE postgres FROM PUBLIC;\n"
)

# initdb runs the server by a shell, its path between double quotes
_UNFIT_FOR_A_SHELL = frozenset('"$`\\\n')

_HBA = """\
# Whoever can open the socket is trusted; its directory is open to the engine's user and root only.
local all all trust
"""

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # pages come from memory: an index is better than reading a table, even a short one, from end to end
    "random_page_cost": "1.1",
    # three processes fewer; reads of a small database come from the page cache anyway
    "io_method": "sync",
    # one machine, saved by pg_dump: no standby to feed
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "wal_recycle": "on",
    "checkpoint_timeout": "15min",
    "wal_writer_delay": "1s",
    "bgwriter_delay": "1s",
    "autovacuum_naptime": "1min",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # texts of statements and values of rows are private posts: none of them in a log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}

_DURABLE: Mapping[str, str] = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FLEETING: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

log = logging.getLogger(__name__)


class PostgresEngine(Engine):
    """PostgreSQL on a Unix socket.

    Shapes:  durable: an acknowledged commit survives a power cut; switch it off for tests only
    """

    name: ClassVar[str] = "PostgreSQL"
    stop_rank: ClassVar[int] = 91
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": ends sessions, writes a checkpoint
    urgent_signal: ClassVar[signal.Signals] = signal.SIGQUIT  # "immediate": recovers at the next start

    def __init__(
        self,
        home: Home,
        binaries: PostgresBinaries,
        *,
        durable: bool = True,
        inherited_fds: Sequence[int] = (),
    ) -> None:
        super().__init__(home, inherited_fds=inherited_fds)
        self._binaries = binaries
        self._durable = durable
        self.data = home.path / "postgres"

    def prepare(self) -> Sequence[str]:
        """Make the database when there is none, clear the remains of a crash, write the settings."""
        if not self.data.exists():
            self._create()
        self._check_version()
        self._sweep()
        config = self.home.write_config("postgresql.conf", self._config())
        return [
            str(self._binaries.program("postgres")),
            "-D",
            str(self.data),
            f"--config_file={config}",
            f"--cluster_name={cluster_mark(self.home.path)}",
        ]

    def answers(self) -> bool:
        """Whether the server says in its own file that it is ready."""
        lines = self._pid_file()
        return (
            len(lines) > _STATUS_LINE and lines[0] == str(self.pid) and lines[_STATUS_LINE].strip() == "ready"
        )

    def _create(self) -> None:
        """Make a new cluster with our role and database, whole or not at all."""
        if unfit := _UNFIT_FOR_A_SHELL & set(str(self._binaries.tree)):
            raise EngineFailed(f"PostgreSQL cannot run from a path with {' '.join(sorted(unfit))} in it")
        fresh = self.home.path / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.home.make_private(fresh.name)
        initdb = [
            str(self._binaries.program("initdb")),
            f"--pgdata={fresh}",
            "--username=postgres",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            "--no-sync",
        ]
        single = [str(self._binaries.program("postgres")), "--single", "-F", "-D", str(fresh), "postgres"]
        self._run("making a database", initdb)
        self._run("making a database", single, _FIRST_STATEMENTS.encode())
        if self._durable:
            self._run("saving the new database", [initdb[0], "--sync-only", f"--pgdata={fresh}"])
        fresh.rename(self.data)

    def _run(self, what: str, command: Sequence[str], standard_input: bytes = b"") -> None:
        if not run_once(
            command, account=self.home.account, log_path=self.log_path, standard_input=standard_input
        ):
            raise EngineFailed(f"PostgreSQL failed at {what}: see {self.log_path}")

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(POSTGRES_MAJOR):
            raise EngineFailed(
                f"{self.data} was made by PostgreSQL {made_by}, this is {POSTGRES_MAJOR}: dump it with "
                "the release of Echo that made it and load the dump into a new data directory"
            )

    def _sweep(self) -> None:
        """End sessions that outlived their server, and remove the process files it left.

        The number in them may be a zombie's or another program's by now, which PostgreSQL would take for a
        running server. Its last guard against a second one is the shared memory of this directory.
        """
        self._refuse_running()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.home.sockets / f"{LONGEST_SOCKET_NAME}.lock").unlink(missing_ok=True)
        deadline = time.monotonic() + _SWEEP_SECONDS
        while pids := leftover_sessions(self.home):
            if time.monotonic() > deadline:
                raise EngineFailed(f"Sessions of an earlier PostgreSQL do not end: {pids}")
            for pid in pids:
                _kill(pid)
            time.sleep(_STEP_SECONDS)

    def _refuse_running(self) -> None:
        """Leave a server alone that someone else runs here; one that was just killed needs a moment."""
        lines = self._pid_file()
        pid = int(lines[0]) if lines and lines[0].isdigit() else 0
        deadline = time.monotonic() + _EXIT_SECONDS
        while pid and is_alive(pid) and short_name(pid) == "postgres":
            if time.monotonic() > deadline:
                raise AlreadyRunning(
                    f"PostgreSQL is already running in {self.data} (process {pid}): stop it first", pid=pid
                )
            time.sleep(_STEP_SECONDS)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _config(self) -> str:
        account = self.home.account
        hba = self.home.write_config("pg_hba.conf", _HBA)
        settings = {
            **_SETTINGS,
            **(_DURABLE if self._durable else _FLEETING),
            # some containers have no /dev/shm, or none that an ordinary user may write
            "dynamic_shared_memory_type": "posix" if account.may(("-w", _SHARED_MEMORY)) else "mmap",
            "hba_file": str(hba),
            "unix_socket_directories": '"' + str(self.home.sockets).replace('"', '""') + '"',
        }
        lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
        local = self.home.path / "postgresql.local.conf"
        if local.exists():
            lines.append(f"include = {_quoted(str(local))}")
        header = "# Written by Echo at every start; put your own settings into postgresql.local.conf."
        return "\n".join([header, *lines, ""])


def database_url(sockets: Path) -> str:
    """The URL of the embedded database, in the form that asyncpg and Tortoise read."""
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(sockets), safe='/')}"


def cluster_mark(home: Path) -> str:
    """What every process of this home's PostgreSQL shows in its title, so that its remains can be told."""
    return "echo-" + hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def leftover_sessions(home: Home) -> list[int]:
    """The processes of an earlier PostgreSQL of this home that still run."""
    found = processes_marked(cluster_mark(home.path), uids={home.account.uid})
    return [pid for pid in found if short_name(pid) == "postgres" and is_alive(pid)]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
