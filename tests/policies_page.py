"""Writes the part of docs/admin/policies.md that is made from the declarations of policies.

python -m tests.policies_page
"""

from __future__ import annotations

from pathlib import Path

from echo.policy.pipeline import catalogue
from echo.policy.pipeline.catalogue import Field
from echo.policy.pipeline.settings import Kind, Settings

PAGE = Path(__file__).parent.parent / "docs/admin/policies.md"
MARK = "## Kinds of policies\n"
COMMON = frozenset(Settings.__struct_fields__)


def written() -> str:
    """The page as it should be."""
    kept = PAGE.read_text(encoding="utf-8").partition(MARK)[0].rstrip()
    first = next(iter(catalogue.KINDS.values()))
    common = [field for field in catalogue.fields_of(first) if field.name in COMMON]
    parts = [kept, "", MARK, "What every kind can be set to:", "", *_table(common)]
    for kind in catalogue.KINDS.values():
        parts += ["", f"### {kind.title} (`{kind.name}`)", "", kind.about, "", *_table(_own(kind))]
    return "\n".join(parts).rstrip() + "\n"


def _own(kind: Kind) -> list[Field]:
    """What it has beside the common ones, or sets otherwise."""
    common = [field for field in catalogue.fields_of(catalogue.KINDS["caps"]) if field.name in COMMON]
    return [field for field in catalogue.fields_of(kind) if field not in common]


def _table(fields: list[Field]) -> list[str]:
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for field in fields:
        default = ", ".join(field.default) if isinstance(field.default, list) else field.default
        shown = f"`{str(default).lower() if isinstance(default, bool) else default}`" if default != "" else ""
        options = "".join(f" `{name}`: {does}." for name, does in field.options.items())
        rows.append(f"| `{field.name}` | {shown} | {field.description}{options} |")
    return rows


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
