"""Both engines of a data directory, started, found and stopped together."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from echo.embedded.binaries import find_postgres, find_valkey
from echo.embedded.engine import Engine
from echo.embedded.errors import EngineFailed
from echo.embedded.home import SOCKET_PARENTS, Home, locate, prepare_home
from echo.embedded.lock import DirectoryLock, find_owner, take_lock
from echo.embedded.postgres import PostgresEngine, cluster_mark, database_url
from echo.embedded.processes import processes_marked
from echo.embedded.valkey import SOCKET_NAME, ValkeyEngine, redis_url


@dataclass(frozen=True, slots=True)
class EngineAddresses:
    """How to reach the engines of a data directory, and the process that owns them."""

    database_url: str
    redis_url: str
    redis_socket: Path
    owner_pid: int


class Engines:
    """The running engines of a data directory, which is locked for as long as this lives.

    Shapes:  an engine that was not asked for has no address: reading it is a mistake of the caller
    """

    def __init__(self, lock: DirectoryLock) -> None:
        self._lock = lock
        self._home: Home | None = None
        self.running: tuple[Engine, ...] = ()

    def adopt(self, home: Home, engines: Sequence[Engine]) -> None:
        """Start engines of this directory side by side and wait until they take commands."""
        self._home, self.running = home, tuple(engines)
        for engine in engines:
            engine.spawn()
        for engine in engines:
            engine.wait_ready()

    def take_over(self, home: Home, engines: Sequence[Engine], pids: Mapping[str, int]) -> None:
        """Go on with engines that the code before this one has started."""
        self._home, self.running = home, tuple(engines)
        for engine in engines:
            engine.adopt(pids[engine.name])
        for engine in engines:
            engine.wait_ready()

    @property
    def pids(self) -> dict[str, int]:
        """The numbers of the running engines by their names."""
        return {engine.name: pid for engine in self.running if (pid := engine.pid) is not None}

    @property
    def lock_fd(self) -> int:
        """The descriptor that holds the lock."""
        return self._lock.fd

    @property
    def addresses(self) -> EngineAddresses:
        assert self._home is not None, "no engine was started"
        return _addresses(self._home.sockets, os.getpid())

    @property
    def database_url(self) -> str:
        return self.addresses.database_url

    @property
    def redis_url(self) -> str:
        return self.addresses.redis_url

    def stop(self) -> None:
        """Stop every engine, Valkey first, and give up the data directory."""
        for engine in sorted(self.running, key=lambda engine: engine.stop_rank):
            engine.stop()
        if self._home is not None:
            self._home.leave()
        self._lock.release()


def start_engines(
    data_dir: Path | str,
    *,
    postgres: bool = True,
    valkey: bool = True,
    engine_user: str | None = None,
    durable: bool = True,
    patience_seconds: float = 10.0,
) -> Engines:
    """Take a data directory and start its engines, which end with this process or at `stop`.

    With neither engine asked for only the lock is taken: two servers must not share keys and media either.

    Shapes:  data_dir: made when missing, 0700; engine_user: who runs the engines when we are root;
             durable: off for tests, where a power cut may lose what was committed;
             patience_seconds: how long the remains of a killed owner may take to stop by themselves
    Returns: when both engines take commands
    Raises:  AlreadyRunning when the directory is in use; EngineFailed with what to do
    """
    path = Path(os.path.abspath(data_dir))
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(path, leftovers=lambda: _leftovers(path), patience_seconds=patience_seconds)
    except OSError as refused:
        raise _unusable(path, refused) from refused
    running = Engines(lock)
    try:
        if postgres or valkey:
            home = prepare_home(path, engine_user=engine_user)
            running.adopt(home, _engines(home, lock, postgres=postgres, valkey=valkey, durable=durable))
    except BaseException:
        running.stop()
        raise
    return running


def take_over_engines(data_dir: Path | str, lock_fd: int, pids: Mapping[str, int]) -> Engines:
    """The engines of a data directory that this very process runs, and locks, since before it was renewed.

    Shapes:  pids: their numbers by name; those that are not there were not asked for
    Raises:  EngineFailed with what to do
    """
    path = Path(os.path.abspath(data_dir))
    lock = DirectoryLock(lock_fd)
    running = Engines(lock)
    if pids:
        home = prepare_home(path)
        postgres, valkey = PostgresEngine.name in pids, ValkeyEngine.name in pids
        found = _engines(home, lock, postgres=postgres, valkey=valkey, durable=True)
        running.take_over(home, found, pids)
    return running


@contextmanager
def engines(
    data_dir: Path | str,
    *,
    postgres: bool = True,
    valkey: bool = True,
    engine_user: str | None = None,
    durable: bool = True,
    patience_seconds: float = 10.0,
) -> Iterator[Engines]:
    """The engines of a data directory, running inside the `with` block; arguments as for `start_engines`."""
    running = start_engines(
        data_dir,
        postgres=postgres,
        valkey=valkey,
        engine_user=engine_user,
        durable=durable,
        patience_seconds=patience_seconds,
    )
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def temporary_engines(
    *, postgres: bool = True, valkey: bool = True, parent: Path = SOCKET_PARENTS[0]
) -> Iterator[Engines]:
    """Empty engines for tests, in a directory of their own that goes with them.

    Shapes:  parent: what that directory is made in; as root, the engines' user must be able to enter it, and
             they may not enter pytest's own temporary directories
    """
    data_dir = Path(tempfile.mkdtemp(prefix="echo-test-", dir=parent))
    try:
        with engines(data_dir, postgres=postgres, valkey=valkey, durable=False) as running:
            yield running
    finally:
        shutil.rmtree(data_dir)


def find_engines(data_dir: Path | str) -> EngineAddresses | None:
    """The addresses of the engines that another process runs in this data directory; None when none does.

    Raises:  EngineFailed when the directory cannot be read
    """
    path = Path(os.path.abspath(data_dir))
    try:
        owner = find_owner(path)
        return _addresses(locate(path)[1], owner.pid) if owner is not None else None
    except OSError as refused:
        raise _unusable(path, refused) from refused


def _unusable(path: Path, refused: OSError) -> EngineFailed:
    if isinstance(refused, PermissionError):
        return EngineFailed(f"{path} belongs to someone else: run this as its owner")
    return EngineFailed(f"{path} cannot be used as a data directory: {refused.strerror}")


def _engines(home: Home, lock: DirectoryLock, *, postgres: bool, valkey: bool, durable: bool) -> list[Engine]:
    """The engines asked for, with programs that their account can run."""
    found: list[Engine] = []
    programs, fds = home.path / "programs", (lock.fd,)
    if valkey:
        server = find_valkey()
        if not server.usable_by(home.account):
            server = server.copied_to(programs)
        found.append(ValkeyEngine(home, server, inherited_fds=fds))
    if postgres:
        tree = find_postgres()
        if not tree.usable_by(home.account):
            tree = tree.copied_to(programs)
        found.append(PostgresEngine(home, tree, durable=durable, inherited_fds=fds))
    return found


def _addresses(sockets: Path, owner_pid: int) -> EngineAddresses:
    return EngineAddresses(database_url(sockets), redis_url(sockets), sockets / SOCKET_NAME, owner_pid)


def _leftovers(data_dir: Path) -> set[int]:
    """The engine processes of a dead owner of this directory."""
    home = locate(data_dir)[0]
    try:
        uids = {os.geteuid(), *(entry.stat().st_uid for entry in home.iterdir())}
    except OSError:
        uids = {os.geteuid()}
    marks = (cluster_mark(home), str(home / "valkey.conf"))
    return {pid for mark in marks for pid in processes_marked(mark, uids=uids)} - {os.getpid()}
