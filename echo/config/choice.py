"""Which keys of the configuration can be chosen while the server runs, on a page or through the API.

What is chosen is kept in the database, counts for all processes, and wins over the file. Everything else
needs a restart, or is nobody's business but of whoever has a shell.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from echo.config import Config
from echo.config.load import keys_of, sections
from echo.config.section import Section, in_words
from echo.errors import Invalid

log = logging.getLogger(__name__)
TEXT_CHARACTERS = 2000
_INSTANCE = (
    "title description contact_email contact_account languages suggested publish_peers publish_activity "
    "publish_blocks publish_block_reasons"
)
_TIMELINES = "live_local live_remote hashtag_local hashtag_remote link_local link_remote"
CHOOSABLE: dict[str, tuple[str, ...]] = {
    "instance": tuple(_INSTANCE.split()),
    "registrations": ("mode", "confirm_email", "reason_required", "min_age", "message", "url"),
    "timelines": tuple(_TIMELINES.split()),
}
"""Keys by section: THE table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A key that can be chosen.

    Shapes:  kind: text, number, flag, choice (one of `options`) or list (of texts)
    """

    section: str
    key: str
    description: str
    kind: Literal["text", "number", "flag", "choice", "list"]
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"


@cache
def choices() -> tuple[Choice, ...]:
    """All of them, in the order of the configuration file."""
    classes = dict(sections())
    return tuple(
        Choice(
            section=section,
            key=key,
            description=description,
            kind=_kind(type_),
            options=get_args(type_) if get_origin(type_) is Literal else (),
        )
        for section, keys in CHOOSABLE.items()
        for key, _, type_, description in _in_order(classes[section], keys)
    )


def _in_order(section: type[Section], keys: tuple[str, ...]) -> list[tuple[str, object, Any, str]]:
    """These keys of a section as they are declared, in the order given."""
    declared = {declaration[0]: declaration for declaration in keys_of(section)}
    return [declared[key] for key in keys]


@cache
def _types(section: str) -> dict[str, Any]:
    """What the keys of a section take."""
    return get_type_hints(dict(sections())[section], include_extras=True)


def value(config: Config, choice: Choice) -> Any:
    """What a key is in a configuration."""
    return getattr(getattr(config, choice.section), choice.key)


def checked(choice: Choice, given: object) -> Any:
    """A value as the configuration takes it. Raises Invalid, with the name of the key."""
    try:
        read = msgspec.convert(given, _types(choice.section)[choice.key])
    except msgspec.ValidationError as error:
        raise Invalid(f"Validation failed: {choice.name}: {in_words(error)}") from error
    texts = read if isinstance(read, list) else [read] if isinstance(read, str) else []
    if any(len(text) > TEXT_CHARACTERS for text in texts) or len(texts) > 100:
        raise Invalid(f"Validation failed: {choice.name} is too long")
    return read


def applied(config: Config, chosen: Mapping[str, object]) -> Config:
    """The configuration with what was chosen; what cannot be (an older version chose it) is left out."""
    changes: dict[str, dict[str, object]] = {}
    for choice in choices():
        if choice.name not in chosen:
            continue
        try:
            changes.setdefault(choice.section, {})[choice.key] = checked(choice, chosen[choice.name])
        except Invalid as error:
            log.warning("a chosen setting is left out: %s", error.public)
    parts = {
        section: msgspec.structs.replace(getattr(config, section), **values)
        for section, values in changes.items()
    }
    return msgspec.structs.replace(config, **parts)


def _kind(type_: Any) -> Literal["text", "number", "flag", "choice", "list"]:
    if get_origin(type_) is Literal:
        return "choice"
    if get_origin(type_) is list:
        return "list"
    if type_ is bool:
        return "flag"
    return "number" if type_ is int else "text"
