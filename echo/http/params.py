"""Parameters of a request, in every spelling that Mastodon's clients use; pure, no framework.

Query, form and JSON become one tree (`merge`), and `Params` reads it with total, typed getters: what has
the wrong shape is as good as absent. Source: mastodon-api.md 6.5, after the rules of Rails.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, overload

from echo.errors import BadRequest, TooLarge
from echo.ids import parse_id
from echo.text.plain import storable

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
Pair: TypeAlias = tuple[str, str]

MAX_VALUES = 1000
MAX_DEPTH = 8

_KEY = re.compile(r"(?P<head>[^\[\]]+)(?P<tail>(?:\[[^\[\]]*\])*)")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
# The words that Rails takes for false; every other word, "False" and "no" included, is true.
_FALSE = frozenset(("false", "FALSE", "f", "F", "0", "off", "OFF"))


def merge(query: Iterable[Pair], form: Iterable[Pair], json: object) -> Params:
    """One tree out of the three places a parameter may stand in; form wins over query, JSON over both.

    Shapes:  json: what a JSON decoder returned; anything but an object has no parameters
    Raises:  BadRequest when nested too deeply, TooLarge when there are more than 1,000 values
    """
    root: dict[str, Value] = {}
    count = 0
    for pairs in (query, form):
        tree: dict[str, Value] = {}
        for key, value in pairs:
            count += 1
            _check(count, 0)
            _place(tree, _path(key), storable(value))
        root.update(tree)
    if isinstance(json, dict):
        root.update(_from_json(json, count))
    return Params(root)


def _check(count: int, depth: int) -> None:
    if count > MAX_VALUES:
        raise TooLarge("Too many parameters")
    if depth > MAX_DEPTH:
        raise BadRequest("Parameters are nested too deeply")


def _path(key: str) -> list[str]:
    """`a[b][]` as `["a", "b", ""]`; a name with brackets out of order stands for itself."""
    match = _KEY.fullmatch(key)
    if match is None:
        return [storable(key)]
    path = [storable(match["head"])]
    for step in _BRACKETS.findall(match["tail"]):
        if step or path[-1]:  # `a[][]` says no more than `a[]`
            path.append(storable(step))
    _check(0, len(path))
    return path


def _place(node: dict[str, Value], path: list[str], value: Value) -> None:
    """Put a value where its path says; where two spellings contradict each other, the later one holds."""
    name, rest = path[0], path[1:]
    while rest:
        if rest[0]:
            child = node.get(name)
            if not isinstance(child, dict):
                child = node[name] = {}
            node, name, rest = child, rest[0], rest[1:]
            continue
        items = node.get(name)
        if not isinstance(items, list):
            items = node[name] = []
        if len(rest) == 1:
            items.append(value)
            return
        last = items[-1] if items else None
        # A key that the last object already has begins the next object.
        if not isinstance(last, dict) or _has_path(last, rest[1:]):
            last = {}
            items.append(last)
        node, name, rest = last, rest[1], rest[2:]
    node[name] = value


def _has_path(node: Value, path: list[str]) -> bool:
    for step in path:
        if not step or not isinstance(node, dict) or step not in node:
            return False
        node = node[step]
    return True


def _from_json(document: dict[object, object], count: int) -> dict[str, Value]:
    root: dict[str, Value] = {}
    for key, raw in document.items():
        value, count = _json_value(raw, count, 1)
        path = _path(str(key))
        # Some clients send the form's name for a list as a JSON key: {"media_ids[]": ["1"]}.
        if path[-1] == "" and len(path) > 1 and isinstance(value, list):
            path.pop()
        _place(root, path, value)
    return root


def _json_value(raw: object, count: int, depth: int) -> tuple[Value, int]:
    count += 1
    _check(count, depth)
    if isinstance(raw, str):
        return storable(raw), count
    if isinstance(raw, dict):
        tree: dict[str, Value] = {}
        for key, item in raw.items():
            tree[storable(str(key))], count = _json_value(item, count, depth + 1)
        return tree, count
    if isinstance(raw, list):
        items: list[Value] = []
        for item in raw:
            value, count = _json_value(item, count, depth + 1)
            items.append(value)
        return items, count
    return (raw if isinstance(raw, bool | int | float) else None), count


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of a request. JSON null is as absent; an empty text is there, and clears."""

    values: Mapping[str, Value]

    def has(self, name: str) -> bool:
        """Whether the parameter was sent at all, be it empty."""
        return self.values.get(name) is not None

    @overload
    def text(self, name: str) -> str | None: ...
    @overload
    def text(self, name: str, default: str) -> str: ...
    def text(self, name: str, default: str | None = None) -> str | None:
        """The parameter as text; a number is written out; lists and objects count as absent."""
        text = _as_text(self.values.get(name))
        return default if text is None else text

    def require_text(self, name: str) -> str:
        """The parameter as text that is not blank.

        Raises:  BadRequest with Mastodon's words when it is missing
        """
        text = self.text(name, "")
        if not text.strip():
            raise BadRequest(f"param is missing or the value is empty: {name}")
        return text

    @overload
    def boolean(self, name: str) -> bool | None: ...
    @overload
    def boolean(self, name: str, *, default: bool) -> bool: ...
    def boolean(self, name: str, *, default: bool | None = None) -> bool | None:
        """Rails' boolean: false, f, 0 and off are false, empty is not given, all else is true."""
        text = _as_text(self.values.get(name))
        return default if not text else text not in _FALSE

    @overload
    def integer(self, name: str, *, minimum: int | None = None, maximum: int | None = None) -> int | None: ...
    @overload
    def integer(
        self, name: str, default: int, *, minimum: int | None = None, maximum: int | None = None
    ) -> int: ...
    def integer(
        self, name: str, default: int | None = None, *, minimum: int | None = None, maximum: int | None = None
    ) -> int | None:
        """A whole number moved into the range; what is not one counts as absent."""
        value = _as_integer(self.values.get(name))
        if value is None:
            return default
        if minimum is not None:
            value = max(value, minimum)
        return value if maximum is None else min(value, maximum)

    @overload
    def number(self, name: str) -> float | None: ...
    @overload
    def number(self, name: str, default: float) -> float: ...
    def number(self, name: str, default: float | None = None) -> float | None:
        """A finite number; what is not one counts as absent."""
        try:
            value = float(_as_text(self.values.get(name)) or "")
        except ValueError:
            return default
        return value if math.isfinite(value) else default

    def day(self, name: str) -> date | None:
        """A day as `2026-01-31`; what is none counts as absent."""
        try:
            return date.fromisoformat((self.text(name) or "").strip())
        except ValueError:
            return None

    def id(self, name: str) -> int | None:
        """An id; what cannot be one counts as absent."""
        return parse_id((self.text(name) or "").strip())

    def ids(self, name: str) -> tuple[int, ...]:
        """The ids of a list in their order, each once; what cannot be an id is left out."""
        found = (parse_id(text.strip()) for text in self.list(name))
        return tuple(dict.fromkeys(id_ for id_ in found if id_ is not None))

    def list(self, name: str) -> tuple[str, ...]:
        """The texts of a list, however spelled; a single value is a list of one; blanks are left out."""
        texts = (_as_text(item) for item in _as_items(self.values.get(name)))
        return tuple(text for text in texts if text)

    def objects(self, name: str) -> tuple[Params, ...]:
        """The objects of a list, or of an object whose keys are numbers, in their order."""
        return tuple(Params(item) for item in _as_items(self.values.get(name)) if isinstance(item, dict))

    def sub(self, name: str) -> Params:
        """A nested object; empty when it is missing or no object."""
        value = self.values.get(name)
        return Params(value if isinstance(value, dict) else {})


def _as_text(value: Value) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else None


def _as_integer(value: Value) -> int | None:
    text = (_as_text(value) or "").strip()
    return int(text) if _INTEGER.fullmatch(text) else None


def _as_items(value: Value) -> Iterable[Value]:
    if value is None:
        return ()
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        numbered = [key for key in value if key.isascii() and key.isdigit() and len(key) < 10]
        return [value[key] for key in sorted(numbered, key=int)]
    return (value,)
