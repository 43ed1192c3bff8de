"""JSON with limits, read in one way only.

Whoever reads on may assume: text is valid Unicode, numbers are finite and fit 64 bits, no key stands twice,
nothing is deeper than 64 or wider than 10,000 values.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import msgspec

from activitypub.errors import Malformed

MAX_BYTES: Final = 1_048_576
MAX_DEPTH: Final = 64
MAX_NODES: Final = 10_000


def decode(body: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Read any JSON value.

    Shapes:  body: at most max_bytes, UTF-8, depth <= 64, <= 10,000 values, no key twice
    Raises:  Malformed: too_big, encoding, too_deep, too_wide, json, duplicate_key, number, surrogate
    """
    if len(body) > max_bytes:
        raise Malformed("too_big", f"{len(body)} bytes, at most {max_bytes}")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("encoding", "not UTF-8") from error
    _check_extent(body)
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("json", "not JSON") from error
    if b"\\u" in body:
        _check_surrogates(value)
    return value


# Every value but the outermost is the first after an opening bracket or follows a comma (an empty container
# counts one too many). A string that does not end takes the rest of the body: each byte is looked at once.
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{,]|[\]}]', re.DOTALL)


def _check_extent(body: bytes) -> None:
    openers = body.count(b"[") + body.count(b"{")
    if openers <= MAX_DEPTH and openers + body.count(b",") < MAX_NODES:
        return
    depth, nodes = 0, 1
    for match in _TOKEN.finditer(body):
        token = match.group()
        if token[0] == 34:  # a string
            continue
        if token in b"]}":
            depth -= 1
            continue
        nodes += 1
        if token != b",":
            depth += 1
        if depth > MAX_DEPTH:
            raise Malformed("too_deep", f"deeper than {MAX_DEPTH}")
        if nodes > MAX_NODES:
            raise Malformed("too_wide", f"more than {MAX_NODES} values")


def _check_surrogates(value: object) -> None:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError as error:
        raise Malformed("surrogate", "half of a surrogate pair") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("duplicate_key", "a key stands twice in one object")
    return members


def _integer(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= (number := int(text)) < 2**64:
        raise Malformed("number", "an integer beyond 64 bits")
    return number


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("number", "a number beyond double precision")
    return number


def _constant(text: str) -> float:
    raise Malformed("number", f"{text} is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
