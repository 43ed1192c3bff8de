"""What a command was asked about, where something below says only that there is none."""

from __future__ import annotations

from inspect import BoundArguments

from echo.errors import NotFound

# What people call it, where the name of the parameter is not that already.
_WORDS = {
    "ban": "banned file",
    "handle": "account",
    "held": "held thing",
    "list": "block list",
    "shortcode": "emoji",
}


def in_words(bound: BoundArguments) -> str:
    """A sentence that names the id, or else the first name, that a command was given.

    Shapes:  bound: of the command, as it was called
    """
    given = {
        name: value if isinstance(value, tuple) else (value,)
        for name, value in bound.arguments.items()
        if isinstance(value, str | int | tuple) and not isinstance(value, bool)
    }
    for name in sorted(given, key=lambda name: not name.endswith(("_id", "_ids"))):
        if given[name]:
            return f"There is no {_thing(name)} {' or '.join(map(str, given[name]))}"
    return NotFound.default_public


def _thing(name: str) -> str:
    word = name.removesuffix("s").removesuffix("_id")
    return _WORDS.get(word, word.replace("_", " "))
