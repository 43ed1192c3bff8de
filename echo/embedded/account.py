"""The Unix account the engines run under: PostgreSQL refuses to be root, and Valkey need not be."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from echo.embedded.errors import EngineFailed

CANDIDATES = ("echo", "postgres", "nobody")

# Nothing of our own environment reaches an engine: PG* variables would change what it does.
ENVIRONMENT: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs an engine; `foreign` when that is not the user of this process."""

    name: str
    uid: int
    gid: int

    @property
    def foreign(self) -> bool:
        return self.uid != os.geteuid()

    @property
    def ids(self) -> tuple[int | None, int | None, Sequence[int] | None]:
        """User, group and extra groups in the form that subprocess takes; all None when nothing changes."""
        return (self.uid, self.gid, ()) if self.foreign else (None, None, None)

    def may(self, *tests: tuple[str, Path]) -> bool:
        """Whether this account passes every `test` expression, such as `("-x", directory)`.

        Asking the kernel as that user counts access lists and mount options, which mode bits do not show.
        """
        expression: list[str] = []
        for flag, path in tests:
            expression += [*(["-a"] if expression else []), flag, str(path)]
        uid, gid, groups = self.ids
        answer = subprocess.run(  # noqa: S603  no shell, our own command
            ["/usr/bin/env", "test", *expression],
            user=uid,
            group=gid,
            extra_groups=groups,
            env=ENVIRONMENT,
            check=False,
        )
        return answer.returncode == 0


def this_account() -> Account:
    """The account of this process."""
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return Account(name, uid, os.getegid())


def account_named(name: str) -> Account | None:
    """The account of that name, if there is one."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def account_of(uid: int) -> Account:
    """The account with that number."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def choose_account(preferred: str | None = None) -> Account:
    """Choose who runs the engines: ourselves, or as root an unprivileged user.

    Shapes:  preferred: a user name from the configuration; heeded by root only
    Raises:  EngineFailed when root names a user that is unknown or root, or no candidate exists
    """
    if os.geteuid() != 0:
        return this_account()
    for name in (preferred,) if preferred else CANDIDATES:
        found = account_named(name)
        if found is not None and found.uid != 0:
            return found
    if preferred:
        raise EngineFailed(f"The engines cannot run as {preferred!r}: no such user, or it is root itself")
    raise EngineFailed(
        "PostgreSQL does not run as root and no unprivileged user was found: "
        f"create one of {', '.join(CANDIDATES)}, or start Echo as another user"
    )
