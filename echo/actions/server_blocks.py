"""Blocking other servers.

silence          their people are found by those who look for them, and not in public timelines
suspend          nothing is taken from them, sent to them or shown of them; follows with them end
noop             neither; it carries what follows
reject_media     none of their files is fetched, and those that are here are thrown away
reject_reports   what they report is not looked at
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from echo import clock
from echo.actions import staff
from echo.actions.staff import Target
from echo.db import UnitOfWork
from echo.errors import FieldError, Invalid, NotFound
from echo.events import ServerBlocked
from echo.kinds import BlockSeverity
from echo.models import ServerBlock
from echo.policy.deeds import Deed
from echo.policy.fences import ServerRules, bare, is_domain
from echo.policy.roles import Staff
from echo.store import server_blocks

TEXT_CHARACTERS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDraft:
    """A block as somebody wants it.

    Shapes:  domain: as it was typed; reason: may be published; note: for those who run this server
    """

    domain: str
    severity: BlockSeverity = BlockSeverity.SUSPEND
    reject_media: bool = False
    reject_reports: bool = False
    reason: str = ""
    note: str = ""
    obfuscate: bool = False

    @property
    def rules(self) -> ServerRules:
        """What it does."""
        return ServerRules(
            severity=self.severity, reject_media=self.reject_media, reject_reports=self.reject_reports
        )


class BlockedAlready(Invalid):
    """There is a block that does as much or more."""

    def __init__(self, known: ServerBlock) -> None:
        super().__init__(f"{known.domain} is already blocked, and at least as strictly")
        self.known = known


async def add(by: Staff, draft: BlockDraft) -> ServerBlock:
    """Block a server with its subdomains.

    Raises:  Forbidden; Invalid for what is no domain; BlockedAlready when it is, or when the block of a
             domain above it does as much
    """
    name = named(draft.domain)
    async with _acting(by, Deed.DOMAIN_BLOCK, name, draft) as unit:
        known = await server_blocks.covering(name)
        if known is not None and (known.domain == name or not draft.rules.is_stricter_than(rules_of(known))):
            raise BlockedAlready(known)
        return await put(unit, name, draft)


async def block(by: Staff, draft: BlockDraft) -> int:
    """Block a server with its subdomains, or change a block. Returns how many accounts that concerns.

    Raises:  Forbidden; Invalid for what is no domain
    """
    name = named(draft.domain)
    async with _acting(by, Deed.DOMAIN_BLOCK, name, draft) as unit:
        await put(unit, name, draft)
        return await server_blocks.count_accounts(name)


async def change(by: Staff, block_id: int, changes: Mapping[str, object]) -> ServerBlock:
    """Change a block. What a list brought is ours from then on.

    Shapes:  changes: fields of `BlockDraft` but the domain
    Raises:  Forbidden, NotFound
    """
    known = await _get(block_id)
    async with staff.acting(
        by,
        Deed.DOMAIN_BLOCK_CHANGE,
        on=Target("domain", known.domain, known.domain),
        details={name: str(value) for name, value in changes.items()},
    ) as unit:
        values = _as_values(known)
        if known.list_id is None and values == values | dict(changes):
            raise staff.NothingToDo
        draft = BlockDraft(**(values | dict(changes)))  # type: ignore[arg-type]
        return await put(unit, known.domain, draft)
    return known


async def remove(by: Staff, block_id: int) -> int:
    """Take a block back. Returns how many accounts that concerns. Raises Forbidden, NotFound."""
    known = await _get(block_id)
    async with staff.acting(by, Deed.DOMAIN_UNBLOCK, on=Target("domain", known.domain, known.domain)) as unit:
        await take_away(unit, known)
        return await server_blocks.count_accounts(known.domain)


async def unblock(by: Staff, domain: str) -> int:
    """The same, by the name of the server."""
    known = await ServerBlock.get_or_none(domain=bare(domain))
    if known is None:
        raise NotFound(f"{domain} is not blocked")
    return await remove(by, known.id)


async def put(unit: UnitOfWork, name: str, draft: BlockDraft, *, list_id: int | None = None) -> ServerBlock:
    """Write a block, new or changed, inside the caller's unit of work; jobs do what takes long.

    Shapes:  name: `named`; list_id: the list that it comes from
    """
    known = await ServerBlock.get_or_none(domain=name)
    if known is None:
        known = ServerBlock(domain=name, created_at=clock.now())
    elif known.severity != draft.severity:
        await server_blocks.unmark_accounts(name, BlockSeverity(known.severity), known.created_at)
    known.severity, known.list_id = draft.severity.value, list_id
    known.reject_media, known.reject_reports = draft.reject_media, draft.reject_reports
    known.reason, known.note = draft.reason[:TEXT_CHARACTERS], draft.note[:TEXT_CHARACTERS]
    known.obfuscate = draft.obfuscate
    await known.save()
    await server_blocks.mark_accounts(name, draft.severity, known.created_at)
    unit.emit(ServerBlocked(local=True, block_id=known.id, domain=name))
    return known


async def take_away(unit: UnitOfWork, known: ServerBlock) -> None:
    """Delete a block, inside the caller's unit of work."""
    await known.delete()
    await server_blocks.unmark_accounts(known.domain, BlockSeverity(known.severity), known.created_at)
    unit.emit(ServerBlocked(local=True, block_id=known.id, domain=known.domain))


def rules_of(known: ServerBlock) -> ServerRules:
    """What a block does."""
    return ServerRules(
        severity=BlockSeverity(known.severity),
        reject_media=known.reject_media,
        reject_reports=known.reject_reports,
    )


def named(domain: str) -> str:
    """A domain as it is compared; `*.` in front says what holds anyway. Raises Invalid for what is none."""
    name = bare(domain)
    if not name:
        raise _invalid("ERR_BLANK", "can't be blank")
    if "*" in name:
        raise _invalid("ERR_INVALID", "may have a star only in front, as in *.example.org")
    if not is_domain(name):
        raise _invalid("ERR_INVALID", "is not a valid domain name")
    return name


def _invalid(code: str, words: str) -> Invalid:
    return Invalid(f"Validation failed: Domain {words}", details={"domain": [FieldError(code, words)]})


def _acting(by: Staff, deed: Deed, name: str, draft: BlockDraft) -> AbstractAsyncContextManager[UnitOfWork]:
    return staff.acting(
        by,
        deed,
        on=Target("domain", name, name),
        details={
            "severity": draft.severity.value,
            "reject_media": draft.reject_media,
            "reject_reports": draft.reject_reports,
        },
    )


async def _get(block_id: int) -> ServerBlock:
    known = await server_blocks.find(block_id)
    if known is None:
        raise NotFound
    return known


def _as_values(known: ServerBlock) -> dict[str, object]:
    return {
        "domain": known.domain,
        "severity": BlockSeverity(known.severity),
        "reject_media": known.reject_media,
        "reject_reports": known.reject_reports,
        "reason": known.reason,
        "note": known.note,
        "obfuscate": known.obfuscate,
    }
