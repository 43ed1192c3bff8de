"""Networks that may do less here: sign up only with a yes of a moderator, not sign up, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network

from echo import clock
from echo.actions import staff
from echo.actions.staff import Target
from echo.errors import FieldError, Invalid, NotFound
from echo.kinds_of_fences import IpSeverity
from echo.models import IpBlock
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store.ip_blocks import Networks

COMMENT_CHARACTERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class IpDraft:
    """Shapes:  network: an address or CIDR, as it was typed; severity: an `IpSeverity`, as it was typed"""

    network: str
    severity: str
    comment: str = ""
    expires_at: datetime | None = None


async def add(by: Staff, draft: IpDraft) -> IpBlock:
    """Block a network.

    Raises:  Forbidden; Invalid for what is no network or severity, for one that is blocked already, and for
             one that would shut out whoever does it
    """
    network, severity = _checked(by, draft)
    async with staff.acting(
        by, Deed.IP_BLOCK, on=Target("ip", network, network), details={"severity": severity.value}
    ):
        if await IpBlock.exists(network=network):
            raise _invalid("ip", "Ip", "ERR_TAKEN", "has already been taken")
        return await IpBlock.create(
            network=network,
            severity=severity.value,
            comment=draft.comment[:COMMENT_CHARACTERS],
            expires_at=draft.expires_at,
            created_at=clock.now(),
        )


async def change(by: Staff, block_id: int, draft: IpDraft) -> IpBlock:
    """Change a block. Raises as `add`, and NotFound."""
    known = await _get(block_id)
    network, severity = _checked(by, draft)
    async with staff.acting(
        by, Deed.IP_BLOCK_CHANGE, on=Target("ip", network, network), details={"severity": severity.value}
    ):
        if network != known.network and await IpBlock.exists(network=network):
            raise _invalid("ip", "Ip", "ERR_TAKEN", "has already been taken")
        wanted = {
            "network": network,
            "severity": severity.value,
            "expires_at": draft.expires_at,
            "comment": draft.comment[:COMMENT_CHARACTERS],
        }
        staff.require_change(known, wanted)
        known.update_from_dict(wanted)
        await known.save()
    return known


async def remove(by: Staff, block_id: int) -> None:
    """Take a block back. Raises Forbidden, NotFound."""
    known = await _get(block_id)
    async with staff.acting(by, Deed.IP_UNBLOCK, on=Target("ip", known.network, known.network)):
        await known.delete()


def _checked(by: Staff, draft: IpDraft) -> tuple[str, IpSeverity]:
    try:
        network = ip_network(draft.network.strip(), strict=False)
    except ValueError as error:
        code = "ERR_INVALID" if draft.network.strip() else "ERR_BLANK"
        words = "is not a valid IP address" if draft.network.strip() else "can't be blank"
        raise _invalid("ip", "Ip", code, words) from error
    try:
        severity = IpSeverity(draft.severity)
    except ValueError as error:
        if not draft.severity:
            raise _invalid("severity", "Severity", "ERR_BLANK", "can't be blank") from error
        raise _invalid("severity", "Severity", "ERR_INCLUSION", "is not included in the list") from error
    if severity is IpSeverity.ACCESS and by.address and Networks([str(network)]).cover(by.address):
        raise _invalid("ip", "Ip", "ERR_INVALID", "would shut you out")
    return str(network), severity


def _invalid(field: str, label: str, code: str, words: str) -> Invalid:
    return Invalid(f"Validation failed: {label} {words}", details={field: [FieldError(code, words)]})


async def _get(block_id: int) -> IpBlock:
    known = await IpBlock.get_or_none(id=block_id)
    if known is None:
        raise NotFound
    return known
