"""Two moderators over one thing at the same time: one decision, one row in the audit log, one letter."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from echo.actions import appeals, report_work, reports, strikes
from echo.actions.reports import ReportDraft
from echo.actions.strikes import StrikeDraft
from echo.kinds import Held, NotificationKind, Role
from echo.kinds_of_moderation import StrikeKind
from echo.models import Account, Appeal, AuditRow, HeldThing, Job, Notification, Post, Report, Strike
from echo.policy.pipeline.said import Door
from echo.policy.roles import Staff
from tests import make
from tests.actions import people
from tests.api.asking import Api
from tests.make import Person

ACCOUNTS, REPORTS, OURS = "/api/v1/admin/accounts", "/api/v1/admin/reports", "/api/v1/echo/admin"
DECIDED = "This report has been decided already. Open it again to decide otherwise."


async def two() -> list[Person]:
    """Moderators."""
    return [
        await make.with_scopes(await make.person(role=Role.MODERATOR), "admin:read", "admin:write")
        for _ in range(2)
    ]


async def reported(person: Person) -> int:
    """A report about somebody; its id."""
    made = await reports.report((await make.person()).id, ReportDraft(target_id=person.id))
    return made.id


async def at_once(api: Api, asked: list[tuple[Person, str, dict[str, Any]]]) -> Counter[int]:
    """The statuses of requests that come at the same moment."""
    answers = await asyncio.gather(
        *(
            api.client.post(path, headers={"Host": "echo.test", **by.headers}, json=body)
            for by, path, body in asked
        )
    )
    return Counter(answer.status_code for answer in answers)


async def deeds() -> list[str]:
    """What was done, as it was written down."""
    return [row.deed for row in await AuditRow.filter(refused=False).order_by("id")]


async def letters(name: str) -> int:
    return await Job.filter(name=name).count()


async def test_one_report_gets_one_strike(api: Api) -> None:
    mods, bob = await two(), await make.person("bob")
    number = await reported(bob)
    asked = [
        (mod, f"{ACCOUNTS}/{bob.id}/action", {"type": kind, "report_id": str(number), "text": kind})
        for mod in mods
        for kind in ("silence", "suspend", "none")
    ]
    assert await at_once(api, asked) == {200: 1, 422: 5}
    [strike], [deed] = await Strike.all(), await deeds()
    assert deed == strikes.DEEDS[StrikeKind(strike.kind)].value
    settled = await Report.get(id=number)
    assert settled.resolved_by_id == strike.by_id
    assert await letters("mail.strike") == 1
    assert await Notification.filter(account_id=bob.id, kind=NotificationKind.WARNING).count() <= 1
    account = await Account.get(id=bob.id)
    assert (account.silenced_at is not None) is (strike.kind == "silence")
    assert (account.suspended_at is not None) is (strike.kind == "suspend")
    # Nor from a page that was open all the while. Whoever wants more opens the report again.
    path, sent = f"{ACCOUNTS}/{bob.id}/action", {"type": "sensitive", "report_id": str(number)}
    assert (await api.post(path, by=mods[0], json=sent, expect=422)).json["error"] == DECIDED
    await api.post(f"{REPORTS}/{number}/reopen", by=mods[1])
    await api.post(path, by=mods[0], json=sent)
    assert await Strike.all().count() == 2


async def test_one_report_is_settled_once(api: Api) -> None:
    mods, bob = await two(), await make.person("bob")
    number = await reported(bob)
    asked: list[tuple[Person, str, dict[str, Any]]] = [
        (mod, f"{REPORTS}/{number}/resolve", {}) for mod in mods * 3
    ]
    assert await at_once(api, asked) == {200: 6}
    assert await deeds() == ["report.resolve"]
    [row] = await AuditRow.all()
    assert (await Report.get(id=number)).resolved_by_id == row.account_id
    await at_once(api, [(mod, f"{REPORTS}/{number}/reopen", {}) for mod in mods * 3])
    assert await deeds() == ["report.resolve", "report.reopen"]
    assert await AuditRow.filter(refused=True).count() == 0


async def test_a_report_that_is_settled_meanwhile_gets_no_strike(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One says that nothing is to be done while the other does something."""
    mods, bob = await two(), await make.person("bob")
    number = await reported(bob)
    read = strikes._text

    async def settle_meanwhile(draft: StrikeDraft) -> str:
        await report_work.resolve(Staff.shell(), number)
        return await read(draft)

    path, sent = f"{ACCOUNTS}/{bob.id}/action", {"type": "suspend", "report_id": str(number)}
    with monkeypatch.context() as patched:
        patched.setattr(strikes, "_text", settle_meanwhile)
        assert (await api.post(path, by=mods[0], json=sent, expect=422)).json["error"] == DECIDED
    assert await deeds() == ["report.resolve"]
    assert (await Account.get(id=bob.id)).suspended_at is None
    assert await letters("mail.strike") == 0
    # Whoever knows that it was settled without a strike may still give one, as Mastodon lets them.
    await api.post(path, by=mods[0], json=sent)
    assert await deeds() == ["report.resolve", "account.suspend"]
    await api.post(f"{REPORTS}/{number}/resolve", by=mods[1])
    assert await deeds() == ["report.resolve", "account.suspend"]


async def test_one_appeal_gets_one_answer(api: Api) -> None:
    mods, bob = await two(), await make.person("bob")
    given = await strikes.give(Staff.shell(), bob.id, StrikeDraft(kind=StrikeKind.SILENCE))
    await appeals.appeal(bob.id, given.id, "it was not me")
    await AuditRow.all().delete()
    asked: list[tuple[Person, str, dict[str, Any]]] = [
        (mod, f"{OURS}/appeals/{given.id}/{word}", {}) for mod in mods for word in ("approve", "reject")
    ]
    assert await at_once(api, asked) == {200: 1, 404: 3}
    said, [deed] = await Appeal.get(strike_id=given.id), await deeds()
    is_granted = deed == "appeal.approve"
    assert (said.approved_at is not None, said.rejected_at is None) == (is_granted, is_granted)
    assert ((await Strike.get(id=given.id)).overruled_at is not None) is is_granted
    assert ((await Account.get(id=bob.id)).silenced_at is None) is is_granted
    [row] = await AuditRow.all()
    assert row.account_id == said.decided_by_id
    assert await letters("mail.appeal_answer") == 1


async def test_somebody_new_gets_one_answer(api: Api) -> None:
    mods, fresh = await two(), await people.person("fresh", approved=False)
    asked: list[tuple[Person, str, dict[str, Any]]] = [
        (mod, f"{ACCOUNTS}/{fresh.id}/{word}", {}) for mod in mods for word in ("approve", "reject")
    ]
    came = await at_once(api, asked)
    assert came[200] == 1
    assert set(came) <= {200, 403, 404}
    [deed] = await deeds()
    is_in = deed == "account.approve"
    assert await Account.exists(id=fresh.id) is is_in
    assert await Job.filter(name="mail.send", arguments__contains={"template": "approved"}).count() == is_in


async def test_what_was_held_back_gets_one_answer(api: Api) -> None:
    mods, alice = await two(), await make.person("alice")
    await make.policy("words", Door.LOCAL, words=["maybe"], action="hold")
    post = await make.post(alice, "maybe")
    thing = await HeldThing.get()
    await AuditRow.all().delete()
    asked: list[tuple[Person, str, dict[str, Any]]] = [
        (mod, f"{OURS}/held/{thing.id}/{word}", {}) for mod in mods for word in ("accept", "reject")
    ]
    # Whoever is late gets what the first has said.
    assert await at_once(api, asked) == {200: 4}
    [deed] = await deeds()
    decided = await HeldThing.get(id=thing.id)
    assert decided.state == {"held.accept": "accepted", "held.reject": "rejected"}[deed]
    [row] = await AuditRow.all()
    assert decided.decided_by_id == row.account_id
    assert (await Post.get(id=post.id)).held == ("" if deed == "held.accept" else Held.REFUSED)
