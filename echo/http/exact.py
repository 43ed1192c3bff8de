"""Parameters of routes of our own, where what has the wrong shape is refused.

Mastodon's routes count it as absent (`echo.http.params`), as their clients expect. That serves nobody where a
wrong `seq` would mean all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

from quart import request

from echo.errors import BadRequest, Invalid
from echo.http.forms import read_params
from echo.http.params import Params, Value
from echo.http.reading import BODY_BYTES
from echo.ids import MAX_ID, parse_id

_BOOLEANS = frozenset(("true", "false", "TRUE", "FALSE", "t", "f", "T", "F", "1", "0", "on", "off"))


async def exact_params() -> ExactParams:
    """All parameters of the request, wherever they stand."""
    return ExactParams((await read_params(request, max_bytes=BODY_BYTES)).values)


@dataclass(frozen=True, slots=True)
class ExactParams(Params):
    """As `Params`; what is there and is not what is asked for raises Invalid. JSON null is as absent."""

    @overload
    def text(self, name: str) -> str | None: ...
    @overload
    def text(self, name: str, default: str) -> str: ...
    def text(self, name: str, default: str | None = None) -> str | None:
        """A text; nothing else."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise _wrong(name, "a text")
        return default if value is None else value

    @overload
    def boolean(self, name: str) -> bool | None: ...
    @overload
    def boolean(self, name: str, *, default: bool) -> bool: ...
    def boolean(self, name: str, *, default: bool | None = None) -> bool | None:
        """True or false, or a word for it."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool) and str(value) not in _BOOLEANS:
            raise _wrong(name, "true or false")
        return super(ExactParams, self).boolean(name) if value is not None else default

    @overload
    def integer(self, name: str, *, minimum: int | None = None, maximum: int | None = None) -> int | None: ...
    @overload
    def integer(
        self, name: str, default: int, *, minimum: int | None = None, maximum: int | None = None
    ) -> int: ...
    def integer(
        self, name: str, default: int | None = None, *, minimum: int | None = None, maximum: int | None = None
    ) -> int | None:
        """A whole number in the range."""
        value = self.values.get(name)
        if value is None:
            return default
        found = None if isinstance(value, bool) else super(ExactParams, self).integer(name)
        low, high = -MAX_ID if minimum is None else minimum, MAX_ID if maximum is None else maximum
        if found is None or not low <= found <= high:
            raise _wrong(name, f"a whole number from {low} to {high}")
        return found

    def id(self, name: str) -> int | None:
        """An id."""
        value = self.values.get(name)
        return None if value is None else _id(name, value)

    def require_id(self, name: str) -> int:
        """An id that must be there.

        Raises:  BadRequest with Mastodon's words when it is missing
        """
        found = self.id(name)
        if found is None:
            raise BadRequest(f"param is missing or the value is empty: {name}")
        return found

    def ids(self, name: str) -> tuple[int, ...]:
        """The ids of a list in their order, each once; blanks are left out."""
        value = self.values.get(name)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        return tuple(dict.fromkeys(_id(name, item) for item in items if item != ""))


def _id(name: str, value: Value) -> int:
    found = parse_id(value.strip() if isinstance(value, str) else value)
    if found is None:
        raise _wrong(name, "an id")
    return found


def _wrong(name: str, wanted: str) -> Invalid:
    return Invalid(f"Validation failed: `{name}` must be {wanted}")
