"""Policies, dry runs and what is held, as those see them who run the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from echo.actions.trying import Trial
from echo.db import Row
from echo.models import Policy
from echo.policy.pipeline import catalogue
from echo.policy.pipeline.settings import Kind
from echo.policy.pipeline.verdicts import Action
from echo.render import admin_policy_entities as entities
from echo.render import times
from echo.text.sanitize import to_text

TEXT_CHARACTERS = 500


def kind(known: Kind) -> entities.StaffPolicyKind:
    """A kind of policy, with what can be set."""
    return entities.StaffPolicyKind(
        name=known.name,
        title=known.title,
        about=known.about,
        settings=[
            entities.StaffPolicyField(
                name=field.name,
                title=field.title,
                description=field.description,
                shape=field.shape,
                default=field.default,
                options=list(field.options),
                option_texts=dict(field.options),
                secret=field.is_secret,
            )
            for field in catalogue.fields_of(known)
        ],
    )


def values_of(row: Policy) -> dict[str, Any]:
    """How a policy is set, with what is as it comes; without its secrets."""
    known = catalogue.KINDS.get(row.kind)
    if known is None:
        return {}
    secrets = catalogue.secrets_of(known)
    stored = {name: value for name, value in row.settings.items() if name not in secrets}
    return {field.name: field.default for field in catalogue.fields_of(known)} | stored


def policy(row: Policy) -> entities.StaffPolicy:
    """A policy."""
    return entities.StaffPolicy(
        id=str(row.id),
        kind=row.kind,
        name=row.name,
        enabled=row.enabled,
        position=row.position,
        doors=list(row.doors),
        only_hosts=list(row.only_hosts),
        except_hosts=list(row.except_hosts),
        settings=values_of(row),
        created_at=times.iso(row.created_at),
        updated_at=times.iso(row.updated_at),
    )


def trial(made: Trial) -> entities.StaffTrial:
    """What came of a dry run."""
    return entities.StaffTrial(
        looked_at=made.looked_at,
        seconds=round(made.seconds, 3),
        accept=made.counts[Action.ACCEPT],
        rewrite=made.counts[Action.REWRITE],
        hold=made.counts[Action.HOLD],
        reject=made.counts[Action.REJECT],
        examples=[
            entities.StaffTrialExample(
                status_id=str(row["id"]),
                uri=row["uri"],
                acct=_acct(row),
                text=to_text(row["html"])[:TEXT_CHARACTERS],
                created_at=times.iso(row["created_at"]),
                action=verdict.action.word,
                changes=sorted(verdict.changes),
                matches=[
                    entities.StaffPolicyMatch(policy=m.policy, found=m.found, action=m.action.word)
                    for m in verdict.matches
                ],
            )
            for row, verdict in made.examples
        ],
    )


def held(rows: Sequence[Row]) -> list[entities.StaffHeldThing]:
    """Shapes:  rows: of `store.policies.held_page`"""
    return [
        entities.StaffHeldThing(
            id=str(row["id"]),
            kind=row["kind"],
            account_id=str(row["author_id"]),
            acct=_acct(row),
            status_id=_id(row["post_id"]),
            chat_id=_id(row["chat_id"]),
            uri=row["uri"],
            text=row["text"],
            policy=row["policy"],
            found=row["found"],
            state=row["state"],
            created_at=times.iso(row["created_at"]),
            decided_at=None if row["decided_at"] is None else times.iso(row["decided_at"]),
        )
        for row in rows
    ]


def banned_file(row: Row) -> entities.StaffBannedFile:
    """Shapes:  row: of `store.banned_files.every`"""
    return entities.StaffBannedFile(
        id=str(row["id"]),
        sha256=row["sha256"] or None,
        look=row["look"] or None,
        distance=row["distance"],
        note=row["note"],
        created_at=times.iso(row["created_at"]),
    )


def _acct(row: Row) -> str:
    return f"{row['username']}@{row['domain']}" if row["domain"] else str(row["username"])


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)
