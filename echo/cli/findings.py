"""What a check of `echoctl doctor` answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from echo.cli.common import Common
from echo.config import Config


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `state` is ok, warning or failed; `advice` says what to do."""

    name: str
    state: str
    found: str
    advice: str = ""


Check = Callable[[Config, Common], Awaitable[Finding]]
