"""One line of the table of signals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from echo.policy.access import Access


@dataclass(frozen=True, slots=True)
class Signal:
    """Shapes:  scope: that the token must cover; run(access, session_id, params): `echo.bus.signal` says it
    to others. It raises EchoError for what may not be said; nobody is told.
    """

    params: type[msgspec.Struct]
    scope: str
    run: Callable[[Access, str, Any], Awaitable[None]]
