"""What is asked outside when somebody signs up: whether it is a person, and who takes their mail."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol


class HumanCheck(Protocol):
    """Makes it dear to sign up by the thousand.

    Shapes:  name: as in the configuration, empty for none; field: of the form that carries the answer
    """

    @property
    def name(self) -> str: ...

    @property
    def field(self) -> str: ...

    def challenge(self) -> str:
        """What the page hands to its script: JSON, or a key; empty for none."""
        ...

    async def passes(self, answer: str, address: str) -> bool:
        """Whether an answer is right, and was not used before; raises Unavailable when nobody can say."""
        ...


class NullHumanCheck:
    """Asks nothing."""

    name = ""
    field = ""

    def challenge(self) -> str:
        return ""

    async def passes(self, answer: str, address: str) -> bool:
        return True


class MailServers(Protocol):
    """Knows which servers take the mail of a domain."""

    async def behind(self, domain: str) -> list[str]:
        """Their names and addresses, within a few seconds; nothing when they cannot be found."""
        ...


class NullMailServers:
    """Knows none."""

    async def behind(self, domain: str) -> list[str]:
        return []


_check: ContextVar[HumanCheck] = ContextVar("echo_human_check")
_NO_CHECK = NullHumanCheck()
_mail_servers: ContextVar[MailServers] = ContextVar("echo_mail_servers")
_NO_SERVERS = NullMailServers()


def bind_human_check(check: HumanCheck) -> None:
    """Make this the check of the current task and of the tasks it starts."""
    _check.set(check)


def human_check() -> HumanCheck:
    """What is asked of people who sign up."""
    return _check.get(_NO_CHECK)


def bind_mail_servers(known: MailServers) -> None:
    """Make this what knows mail servers in the current task and the tasks it starts."""
    _mail_servers.set(known)


def mail_servers() -> MailServers:
    """What knows mail servers."""
    return _mail_servers.get(_NO_SERVERS)
