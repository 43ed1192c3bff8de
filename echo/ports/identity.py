"""Another service that knows people."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from echo.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One journey of a browser to the service and back. Shapes:  all of them unguessable, of this journey"""

    state: str
    nonce: str
    verifier: str
    back_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Somebody as the service knows them; issuer and subject together are for ever theirs."""

    issuer: str
    subject: str
    email: str = ""
    is_email_verified: bool = False
    username: str = ""
    name: str = ""


class IdentityProvider(Protocol):
    """A service at which people log in."""

    @property
    def name(self) -> str: ...

    @property
    def is_configured(self) -> bool: ...

    async def address(self, errand: Errand) -> str:
        """Where a browser is sent. Raises Unavailable."""
        ...

    async def identify(self, code: str, errand: Errand) -> Identified:
        """Who came back with this code. Raises Invalid for what does not hold; Unavailable."""
        ...


class NullProvider:
    """Knows nobody."""

    name = ""
    is_configured = False

    async def address(self, errand: Errand) -> str:
        raise Unavailable("No other service is configured")

    async def identify(self, code: str, errand: Errand) -> Identified:
        raise Unavailable("No other service is configured")


_provider: ContextVar[IdentityProvider] = ContextVar("echo_identity_provider")
_NULL = NullProvider()


def bind_identity_provider(provider: IdentityProvider) -> None:
    """Make this the service of the current task and of the tasks it starts."""
    _provider.set(provider)


def identity_provider() -> IdentityProvider:
    """The service of the current task."""
    return _provider.get(_NULL)
