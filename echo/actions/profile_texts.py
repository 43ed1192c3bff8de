"""What people write on their profiles: how long it may be, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from echo import addresses, settings
from echo.actions import composing
from echo.actions.drafts import ProfileDraft, ProfileField
from echo.errors import FieldError, Invalid
from echo.models import Account
from echo.policy import domains
from echo.text import length, markup

FIELD_CHARACTERS = 255
PORTRAIT_CHARACTERS = 150
ATTRIBUTION_DOMAINS = 100


def check(draft: ProfileDraft) -> None:
    """Raises Invalid with `details` for texts that are too long, and for what is no domain."""
    limits = settings.here().limits
    details: dict[str, Sequence[FieldError]] = {}

    def too_long(name: str, text: str | None, characters: int) -> None:
        if text is not None and length.graphemes(text) > characters:
            details[name] = [FieldError("ERR_TOO_LONG", f"is too long (maximum is {characters} characters)")]

    too_long("display_name", draft.display_name, limits.display_name_characters)
    too_long("note", draft.note, limits.bio_characters)
    too_long("avatar_description", draft.avatar_description, PORTRAIT_CHARACTERS)
    too_long("header_description", draft.header_description, PORTRAIT_CHARACTERS)
    for name, value in draft.fields or ():
        too_long("fields", name, FIELD_CHARACTERS)
        too_long("fields", value, FIELD_CHARACTERS)
        if value.strip() and not name.strip():
            details["fields"] = [FieldError("ERR_BLANK", "have a value without a name")]
    if draft.fields is not None and len(draft.fields) > limits.profile_fields:
        details["fields"] = [FieldError("ERR_TOO_LONG", f"are too many (maximum is {limits.profile_fields})")]
    if draft.attribution_domains is not None:
        problem = _domains_problem(draft.attribution_domains)
        if problem is not None:
            details["attribution_domains"] = [problem]
    if details:
        first = next(iter(details))
        label = first.replace("_", " ").capitalize()
        raise Invalid(f"Validation failed: {label} {details[first][0].description}", details=details)


async def bio(note: str) -> str:
    """A biography as HTML."""
    with_ports = settings.here().dev.enabled
    targets = await composing.look_up(markup.find(note, allow_ports=with_ports).mentions)
    return markup.render_bio(
        note,
        mention_urls={handle: target for handle, (_, target) in targets.items()},
        tag_url=addresses.here().tag_page,
        allow_ports=with_ports,
    ).html


def fields(rows: Sequence[tuple[str, str]]) -> list[ProfileField]:
    """The rows of a profile that say something, as HTML."""
    here = addresses.here()
    return [
        ProfileField(
            name=name,
            value=markup.render_field(value, mention_urls={}, tag_url=here.tag_page).html,
            source=value,
        )
        for name, value in rows
        if name.strip() or value.strip()
    ]


def attribution_domains(texts: Sequence[str]) -> list[str]:
    """Domains as they are kept, each once; without what is none."""
    found = (domains.normal(text) for text in texts)
    return list(dict.fromkeys(domain for domain in found if domain is not None))


def _domains_problem(texts: Sequence[str]) -> FieldError | None:
    if len(texts) > ATTRIBUTION_DOMAINS:
        return FieldError("ERR_TOO_LONG", f"are too many (maximum is {ATTRIBUTION_DOMAINS})")
    if any(domains.normal(text) is None for text in texts):
        return FieldError("ERR_INVALID", "is not a valid domain name")
    return None


async def emojis(account: Account, changes: Mapping[str, Any]) -> list[dict[str, str]]:
    """The custom emojis of a profile as it will be."""
    rows = changes.get("fields_", account.fields_)
    return await composing.emojis_in(
        changes.get("display_name", account.display_name),
        changes.get("note_source", account.note_source),
        *(text for row in rows for text in (row["name"], row.get("source") or "")),
    )
