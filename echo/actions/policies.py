"""Policies, as those who run the server set them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from echo import clock, settings
from echo.actions import judging, staff
from echo.actions.staff import Target
from echo.errors import Invalid
from echo.models import Policy
from echo.policy import domains, seals
from echo.policy.deeds import Deed
from echo.policy.pipeline import catalogue
from echo.policy.pipeline.said import Door
from echo.policy.pipeline.settings import Kind
from echo.policy.roles import Staff
from echo.store import policies

NAME_CHARACTERS = 100
POLICIES_MAX = 100
HOSTS_MAX = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy as somebody wants it; None keeps what it has.

    Shapes:  settings: all of its kind that are not as they come; an empty secret keeps the one before
    """

    name: str | None = None
    enabled: bool | None = None
    doors: Sequence[str] | None = None
    only_hosts: Sequence[str] | None = None
    except_hosts: Sequence[str] | None = None
    settings: Mapping[str, object] | None = field(default=None)


async def create(by: Staff, kind_name: str, draft: PolicyDraft) -> Policy:
    """Make a policy, at the end of the order. Raises Forbidden; Invalid for settings that make no sense."""
    kind = _kind(kind_name)
    async with staff.acting(by, Deed.POLICY_CREATE, on=Target("policy", "", draft.name or kind.title)):
        known = await policies.every()
        if len(known) >= POLICIES_MAX:
            raise Invalid(f"Validation failed: There are {POLICIES_MAX} policies already")
        now = clock.now()
        row = Policy(
            kind=kind.name,
            name=kind.title,
            doors=[Door.REMOTE.value] if kind.needs_hosts else [door.value for door in Door],
            position=max((one.position for one in known), default=0) + 1,
            created_at=now,
            updated_at=now,
        )
        apply(row, kind, draft)
        await row.save(force_create=True)
    judging.forget()
    return row


async def change(by: Staff, policy_id: int, draft: PolicyDraft) -> Policy:
    """Set a policy up anew. Raises NotFound; Forbidden; Invalid."""
    known = await policies.get(policy_id)
    details = {"changed": [name for name in PolicyDraft.__slots__ if getattr(draft, name) is not None]}
    target = Target("policy", policy_id, known.name)
    async with staff.acting(by, Deed.POLICY_CHANGE, on=target, details=details):
        row = await policies.get(policy_id)
        before = {name: getattr(row, name) for name in PolicyDraft.__slots__}
        apply(row, _kind(row.kind), draft)
        staff.require_change(row, before)
        row.updated_at = clock.now()
        await row.save()
    judging.forget()
    return row


async def delete(by: Staff, policy_id: int) -> None:
    """Take a policy away; what it holds stays held. Raises NotFound; Forbidden."""
    known = await policies.get(policy_id)
    async with staff.acting(by, Deed.POLICY_DELETE, on=Target("policy", policy_id, known.name)):
        await known.delete()
    judging.forget()


async def order(by: Staff, policy_ids: Sequence[int]) -> None:
    """Ask policies in this order; those that are not named come after them as before. Raises Forbidden."""
    details = {"order": [str(policy_id) for policy_id in policy_ids[:POLICIES_MAX]]}
    async with staff.acting(by, Deed.POLICY_CHANGE, on=Target("policy", "", "order"), details=details):
        named = {policy_id: place for place, policy_id in enumerate(dict.fromkeys(policy_ids))}
        known = await policies.every()
        rows = sorted(known, key=lambda row: named.get(row.id, len(named)))
        if [row.id for row in rows] == [row.id for row in known]:
            raise staff.NothingToDo
        for place, row in enumerate(rows, start=1):
            await Policy.filter(id=row.id).update(position=place, updated_at=clock.now())
    judging.forget()


async def move(by: Staff, policy_id: int, *, up: bool) -> None:
    """Ask one policy sooner, or later, by one place. Raises NotFound; Forbidden."""
    await policies.get(policy_id)
    ids = [row.id for row in await policies.every()]
    place = ids.index(policy_id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
    await order(by, ids)


def apply(row: Policy, kind: Kind, draft: PolicyDraft) -> None:
    """Write a draft into a row that is not saved. Raises Invalid."""
    if draft.name is not None:
        if not 0 < len(draft.name.strip()) <= NAME_CHARACTERS:
            raise Invalid(f"Validation failed: Name has 1 to {NAME_CHARACTERS} characters")
        row.name = draft.name.strip()
    if draft.enabled is not None:
        row.enabled = draft.enabled
    if draft.doors is not None:
        row.doors = [door.value for door in Door if door.value in draft.doors]
        if len(row.doors) != len(set(draft.doors)):
            raise Invalid(f"Validation failed: Doors are {', '.join(Door)}")
    if draft.only_hosts is not None:
        row.only_hosts = _hosts(draft.only_hosts)
    if draft.except_hosts is not None:
        row.except_hosts = _hosts(draft.except_hosts)
    if draft.settings is not None:
        row.settings = _settings(kind, draft.settings, row.settings)
    if kind.needs_hosts and not row.only_hosts:
        raise Invalid("Validation failed: This kind of policy has to be limited to servers")


def _settings(kind: Kind, given: Mapping[str, object], before: Mapping[str, Any]) -> dict[str, Any]:
    values = catalogue.written(catalogue.read(kind, given))
    for name in catalogue.secrets_of(kind):
        values[name] = seals.seal(str(values[name])) if values[name] else before.get(name, "")
    return values


def _hosts(names: Sequence[str]) -> list[str]:
    if len(names) > HOSTS_MAX:
        raise Invalid(f"Validation failed: At most {HOSTS_MAX} servers")
    found: dict[str, None] = {}
    for name in names:
        host = domains.normal(name.removeprefix("*."), with_port=settings.here().dev.enabled)
        if host is None:
            raise Invalid(f"Validation failed: {name[:100]} is no name of a server")
        found[host.partition(":")[0]] = None
    return list(found)


def _kind(name: str) -> Kind:
    kind = catalogue.KINDS.get(name)
    if kind is None:
        raise Invalid(f"Validation failed: Kinds are {', '.join(catalogue.KINDS)}")
    return kind
