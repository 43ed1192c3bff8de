"""What is done to the machine as a whole, from its shell: written down here, done elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from echo.actions.staff import Target, acting
from echo.policy.deeds import Deed
from echo.policy.roles import Staff


async def note(by: Staff, deed: Deed, name: str = "", details: Mapping[str, object] | None = None) -> None:
    """Write down what was done with files or many rows, in no one unit of work. Raises Forbidden."""
    async with acting(by, deed, on=Target("server", "", name), details=details):
        return
