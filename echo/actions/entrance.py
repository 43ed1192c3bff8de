"""Who may sign up: by where they are, by their mail, by whether they seem to be a person."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import date

from echo import clock, db, ports
from echo.actions.drafts import SignUp
from echo.errors import FieldError, Forbidden, Unavailable
from echo.kinds_of_fences import IpSeverity
from echo.models import EmailDomainBlock
from echo.policy import emails
from echo.store import canonical_email_blocks, email_domain_blocks, ip_blocks
from echo.store.ip_blocks import read_address

log = logging.getLogger(__name__)
BLOCKED = FieldError("ERR_BLOCKED", "is from a provider that is not allowed here")
TAKEN = FieldError("ERR_TAKEN", "has already been taken")
WRONG = FieldError("ERR_INVALID", "is wrong or too old; please try again")


@dataclass(slots=True)
class Verdict:
    """Shapes:  problems: by field; needs_approval: a moderator has to say yes, whatever the mode"""

    problems: dict[str, list[FieldError]] = field(default_factory=dict)
    needs_approval: bool = False


async def judge(draft: SignUp, *, asks_proof: bool = True) -> Verdict:
    """Look at somebody who wants to sign up.

    Shapes:  asks_proof: off where another service knows them as a person

    Raises:  Forbidden when nobody signs up from their network
    """
    verdict = Verdict()
    if draft.address:
        severities = await ip_blocks.severities_for(draft.address, clock.now())
        if severities & {IpSeverity.SIGN_UP, IpSeverity.ACCESS}:
            raise Forbidden(detail=f"sign-up from {draft.address}")
        verdict.needs_approval = IpSeverity.APPROVAL in severities
    email = emails.normal(draft.email)
    if emails.problem(email) is None:
        await _judge_email(verdict, email, draft.address)
    if asks_proof:
        await _judge_proof(verdict, draft)
    return verdict


async def email_problem(email: str) -> FieldError | None:
    """Why somebody who is here may not change to an address, or None.

    Shapes:  email: `normal`, and sound
    """
    verdict = Verdict()
    await _judge_email(verdict, email, "")
    return next(iter(verdict.problems.get("email", [])), None)


async def blocks_of(email: str) -> list[EmailDomainBlock]:
    """The blocks that cover an address: of its domain, and of the servers that take its mail."""
    now = clock.now()
    if not await email_domain_blocks.any_there(now):
        return []
    host = emails.host_of(email)
    return await email_domain_blocks.covering([host, *await ports.mail_servers().behind(host)], now)


async def _judge_email(verdict: Verdict, email: str, address: str) -> None:
    found = await blocks_of(email)
    if found:
        async with db.unit_of_work():
            today = clock.now().date()
            await email_domain_blocks.count_try([b.id for b in found], today, _digest(address, today))
    if any(not block.with_approval for block in found):
        verdict.problems["email"] = [BLOCKED]
    elif await canonical_email_blocks.by_hash(emails.canonical_hash(email)):
        # Not told apart from an address that is in use: it is nobody's business who was shut out.
        verdict.problems["email"] = [TAKEN]
    verdict.needs_approval |= bool(found)


async def _judge_proof(verdict: Verdict, draft: SignUp) -> None:
    check = ports.human_check()
    if not check.name:
        return
    if not draft.proof:
        # Without scripts, or through an app: a moderator looks.
        verdict.needs_approval = True
        return
    try:
        if not await check.passes(draft.proof, draft.address):
            verdict.problems["proof"] = [WRONG]
    except Unavailable as error:
        log.warning("%s: %s", check.name, error)
        verdict.needs_approval = True


def _digest(address: str, today: date) -> str:
    """Addresses are told apart for a day, and no longer known after it."""
    known = read_address(address)
    return hashlib.sha256(f"{today} {known or ''}".encode()).hexdigest()
