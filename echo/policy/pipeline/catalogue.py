"""Every kind of policy that there is, and what its settings are, for forms, the API and the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import inspect

from echo.errors import Invalid
from echo.policy.pipeline import caps, hook, newcomers, patterns, repeats, servers, words
from echo.policy.pipeline.settings import Kind, Settings

KINDS: dict[str, Kind] = {
    module.KIND.name: module.KIND for module in (words, patterns, caps, newcomers, repeats, servers, hook)
}


@dataclass(frozen=True, slots=True)
class Field:
    """One setting as its declaration describes it.

    Shapes:  shape: text, number, switch, choice, choices, lines; options: of a choice, with what each does;
             least, most: of numbers
    """

    name: str
    title: str
    description: str
    shape: str
    default: Any
    options: Mapping[str, str] = field(default_factory=dict)
    least: float | None = None
    most: float | None = None
    is_whole: bool = True
    is_secret: bool = False


def fields_of(kind: Kind) -> list[Field]:
    """The settings of a kind, its own first, then what is done."""
    described = inspect.type_info(kind.settings)
    assert isinstance(described, inspect.StructType)
    found = [_field(one) for one in described.fields]
    common = set(Settings.__struct_fields__)
    return sorted(found, key=lambda one: one.name in common)


def read(kind: Kind, values: Mapping[str, object]) -> Settings:
    """Settings as they were given, checked.

    Raises:  Invalid, with what is wrong
    """
    try:
        settings = msgspec.convert(dict(values), kind.settings, strict=False)
        kind.prepare(settings)
    except (msgspec.ValidationError, ValueError) as error:
        raise Invalid(f"Validation failed: {error}") from error
    return settings


def written(settings: Settings) -> dict[str, Any]:
    """Settings for a row: plain JSON."""
    found: dict[str, Any] = msgspec.to_builtins(settings)
    return found


def secrets_of(kind: Kind) -> frozenset[str]:
    """The settings that are never shown."""
    return frozenset(one.name for one in fields_of(kind) if one.is_secret)


def _field(one: inspect.Field) -> Field:
    kind, title, description, extra = one.type, one.name, "", {}
    if isinstance(kind, inspect.Metadata):
        schema, extra = kind.extra_json_schema or {}, kind.extra or {}
        title, description = schema.get("title", title), schema.get("description", "")
        kind = kind.type
    default = one.default_factory() if callable(one.default_factory) else one.default
    shape, least, most = _shape(kind)
    return Field(
        one.name,
        title,
        description,
        shape,
        msgspec.to_builtins(default),
        extra.get("options", {}),
        least,
        most,
        is_whole=not isinstance(kind, inspect.FloatType),
        is_secret=bool(extra.get("secret")),
    )


def _shape(kind: inspect.Type) -> tuple[str, float | None, float | None]:
    match kind:
        case inspect.BoolType():
            return "switch", None, None
        case inspect.IntType() | inspect.FloatType():
            least = kind.ge if kind.ge is not None else kind.gt
            return "number", least, kind.le
        case inspect.LiteralType():
            return "choice", None, None
        case inspect.ListType():
            is_choice = isinstance(kind.item_type, inspect.LiteralType | inspect.EnumType)
            return "choices" if is_choice else "lines", None, None
        case _:
            return "text", None, None
