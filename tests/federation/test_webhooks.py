"""Programs of the operator are told what happens here, over the one client, signed."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from echo import clock
from echo.actions import approvals, editing, report_work, reports, webhooks
from echo.actions import roles as roles_actions
from echo.actions.drafts import EditDraft
from echo.actions.reports import ReportDraft
from echo.actions.roles import RoleDraft
from echo.actions.sign_up import sign_up
from echo.actions.webhooks import WebhookDraft
from echo.errors import Forbidden, Invalid, NotFound
from echo.kinds import Visibility
from echo.kinds_of_webhooks import WebhookEvent
from echo.models import Job, Webhook
from echo.policy.roles import Permission, Staff
from echo.store import roles
from tests import make
from tests.actions import people
from tests.fediverse import Echo, Router, settle_down

SHELL = Staff.shell()
URL = "https://bot.test/hook"


class Bot:
    """A program; it answers with `status`."""

    def __init__(self, router: Router) -> None:
        self.status = 200
        self.asked: list[httpx.Request] = []
        router.hosts["bot.test"] = self.answer

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self.status, request=request)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """What it was told since it was asked last."""
        bodies = [msgspec.json.decode(request.content) for request in self.asked]
        self.asked.clear()
        return [(body["event"], body["object"]) for body in bodies]


@pytest.fixture
def bot(router: Router) -> Bot:
    return Bot(router)


async def test_what_happens_is_told_in_mastodons_words(one: Echo, bot: Bot) -> None:
    made = await webhooks.create(SHELL, WebhookDraft(url=URL, events=list(WebhookEvent)))
    assert made.secret not in made.webhook.secret, "sealed"
    people.configure(one.runtime, registrations={"mode": "approval", "confirm_email": False})
    user = await sign_up(people.draft("newcomer", reason="please"))
    await settle_down([one])
    [request] = bot.asked
    expected = hmac.new(made.secret.encode(), request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-Hub-Signature"] == f"sha256={expected}"
    [(event, told)] = bot.told()
    assert (event, told["username"], told["approved"]) == ("account.created", "newcomer", False)
    assert (told["email"], told["invite_request"]) == ("newcomer@mail.test", "please")
    await approvals.approve(SHELL, user.id)
    await settle_down([one])
    assert [event for event, _ in bot.told()] == ["account.approved"]

    alice, bob = await make.person("alice"), await make.person("bob")
    await settle_down([one])
    bot.asked.clear()
    said = await make.post(alice, "hello")
    await make.post(alice, "not for all", visibility=Visibility.FOLLOWERS)
    await settle_down([one])
    assert [(event, told["id"]) for event, told in bot.told()] == [("status.created", str(said.id))]
    await editing.edit(alice.id, said.id, EditDraft(text="bye"))
    await settle_down([one])
    [(event, told)] = bot.told()
    assert (event, told["content"]) == ("status.updated", "<p>bye</p>")

    report = await reports.report(bob.id, ReportDraft(target_id=alice.id, post_ids=(said.id,)))
    await settle_down([one])
    [(event, told)] = bot.told()
    assert (event, told["id"], told["action_taken"]) == ("report.created", str(report.id), False)
    assert told["target_account"]["email"] is None, "who sees reports need not know mailboxes"
    await report_work.resolve(SHELL, report.id)
    await settle_down([one])
    [(event, told)] = bot.told()
    assert (event, told["action_taken"]) == ("report.updated", True)


async def test_one_that_is_away_is_told_later_and_one_that_refuses_is_not(one: Echo, bot: Bot) -> None:
    alice = await make.person("alice")
    await make.post(alice, "nobody wants to know")
    made = await webhooks.create(SHELL, WebhookDraft(url=URL, events=["status.created"]))

    async def say(status: int) -> Webhook:
        bot.status = status
        await make.post(alice, f"told {status}")
        await settle_down([one])
        return await Webhook.get()

    assert (await say(503)).failure == "it answered 503"
    assert await Job.filter(name="webhooks.send").count() == 1
    bot.status = 200
    bot.asked.clear()
    clock.shift(timedelta(minutes=5))
    await webhooks.rotate(SHELL, made.webhook.id)
    await settle_down([one])
    [request] = bot.asked
    before = hmac.new(made.secret.encode(), request.content, hashlib.sha256).hexdigest()
    assert request.headers["X-Hub-Signature"] != f"sha256={before}", "the secret of today signs"
    row = await Webhook.get()
    assert (row.failure, row.delivered_at is not None) == ("", True)
    assert (await say(404)).failure == "it answered 404"
    assert not await Job.filter(name="webhooks.send").exists(), "it is not asked again"
    await say(503)
    bot.asked.clear()
    await webhooks.change(SHELL, made.webhook.id, WebhookDraft(enabled=False))
    clock.shift(timedelta(hours=1))
    await settle_down([one])
    assert not bot.asked, "switched off, for what waits as well"
    await make.post(alice, "unheard")
    assert not await Job.filter(name="webhooks.post_published").exists(), "nor is there work for it"
    await webhooks.change(SHELL, made.webhook.id, WebhookDraft(enabled=True, events=["status.updated"]))
    said = await make.post(alice, "not this")
    await editing.edit(alice.id, said.id, EditDraft(text="but this"))
    await settle_down([one])
    assert [(event, told["content"]) for event, told in bot.told()] == [("status.updated", "<p>but this</p>")]


async def test_nobody_learns_by_a_program_what_they_may_not_see(one: Echo) -> None:
    """S-I03: the right to webhooks is not the right to everything."""
    permissions = Permission.MANAGE_WEBHOOKS | Permission.VIEW_DEVOPS
    row = await roles_actions.create(SHELL, RoleDraft(name="Machinist", permissions=permissions, position=5))
    machinist = await make.person("machinist", role=row.id)
    by = Staff(account_id=machinist.id, seat=await roles.seat(machinist.id), door="api")
    with pytest.raises(Forbidden):
        await webhooks.create(by, WebhookDraft(url=URL, events=["account.created"]))
    made = await webhooks.create(SHELL, WebhookDraft(url=URL, events=["report.created"]))
    theft = WebhookDraft(url="https://evil.test/", events=["status.created"])
    for draft in (theft, WebhookDraft(url="https://evil.test/"), WebhookDraft(enabled=False)):
        with pytest.raises(Forbidden):
            await webhooks.change(by, made.webhook.id, draft)
    with pytest.raises(Forbidden):
        await webhooks.rotate(by, made.webhook.id)
    mine = await webhooks.create(by, WebhookDraft(url="https://mine.test/", events=["status.created"]))
    with pytest.raises(Forbidden):
        await webhooks.change(by, mine.webhook.id, WebhookDraft(events=["report.created"]))
    for wrong in ("http://bot.test/", "ftp://x", "https://a b/", 'https://a/"><b>', URL):
        with pytest.raises(Invalid):
            await webhooks.create(SHELL, WebhookDraft(url=wrong, events=["status.created"]))
    with pytest.raises(Invalid):
        await webhooks.create(SHELL, WebhookDraft(url="https://x.test/", events=["status.deleted"]))
    with pytest.raises(NotFound):
        await webhooks.rotate(SHELL, 999)
    assert (await Webhook.get(id=made.webhook.id)).url == URL
