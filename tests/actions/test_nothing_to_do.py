"""Who saves what is there already changes nothing, and no line of the audit log says that they did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from echo import clock
from echo.actions import (
    announcements,
    emojis,
    house,
    ip_blocks,
    moderation,
    policies,
    report_work,
    reports,
    restraints,
    roles,
    server_blocks,
    strikes,
    trend_reviews,
    webhooks,
)
from echo.actions.announcements import AnnouncementDraft
from echo.actions.ip_blocks import IpDraft
from echo.actions.policies import PolicyDraft
from echo.actions.reports import ReportDraft
from echo.actions.roles import RoleChange, RoleDraft
from echo.actions.server_blocks import BlockDraft
from echo.actions.strikes import StrikeDraft
from echo.actions.trend_reviews import HashtagDraft
from echo.actions.webhooks import WebhookDraft
from echo.kinds import BlockSeverity, ReportCategory, Role
from echo.kinds_of_moderation import StrikeKind
from echo.models import AuditRow, CustomEmoji, Hashtag
from echo.policy.roles import Permission, Staff
from echo.runtime import Runtime
from tests.actions import people

Step = Callable[[], Awaitable[object]]
SHELL = Staff.shell()


async def _written_by(step: Step) -> list[str]:
    """The deeds that a step leaves in the audit log."""
    last = await AuditRow.all().order_by("-id").first()
    await step()
    rows = await AuditRow.filter(id__gt=0 if last is None else last.id).order_by("id")
    return [row.deed for row in rows]


async def _is_once(step: Step, *deeds: str) -> None:
    assert await _written_by(step) == list(deeds)
    assert await _written_by(step) == []


async def test_texts_and_settings(runtime: Runtime, tmp_path: Path) -> None:
    people.configure(runtime, instance={"texts": str(tmp_path / "texts")})
    for name, deed in (("rules.md", "rule.change"), ("about.md", "text.change")):
        await _is_once(partial(house.write_text, SHELL, name, "- Be kind\n"), deed)
        await _is_once(partial(house.write_text, SHELL, name, " \n"), deed)
    wanted = {"instance.title": "The Teapot", "instance.description": None}
    await _is_once(lambda: house.choose(SHELL, wanted), "settings.change")
    row = await AuditRow.filter(deed="settings.change").order_by("-id").first()
    assert row is not None
    assert row.details == {"instance.title": "The Teapot"}, "what changed, and no more"
    await _is_once(lambda: house.choose(SHELL, {"instance.title": None}), "settings.change")


async def test_announcements_emojis_and_hashtags(runtime: Runtime) -> None:
    made = await announcements.create(SHELL, AnnouncementDraft(text="Tea"), publish=False)
    draft = AnnouncementDraft(text="Tea at five")
    await _is_once(lambda: announcements.edit(SHELL, made, draft), "announcement.change")
    await _is_once(lambda: announcements.publish(SHELL, made), "announcement.change")
    await _is_once(lambda: announcements.withdraw(SHELL, made), "announcement.change")
    await CustomEmoji.create(shortcode="tea", file_key="a", static_key="a", created_at=clock.now())
    await _is_once(lambda: emojis.change(SHELL, "tea", visible=False, category="cups"), "emoji.change")
    assert (await CustomEmoji.get(shortcode="tea")).category == "cups"
    tag = await Hashtag.create(name="tea", created_at=clock.now())
    for draft_of_tag in (HashtagDraft(usable=False), HashtagDraft(trendable=True, usable=True)):
        await _is_once(
            partial(trend_reviews.change_hashtag, SHELL, tag.id, draft_of_tag),
            "hashtag.change",
        )


async def test_fences_and_policies(runtime: Runtime) -> None:
    await server_blocks.block(SHELL, BlockDraft(domain="bad.test", severity=BlockSeverity.SILENCE))
    block = await server_blocks.ServerBlock.get(domain="bad.test")
    changes = {"severity": BlockSeverity.SUSPEND, "reason": "spam"}
    await _is_once(lambda: server_blocks.change(SHELL, block.id, changes), "domain.block_change")
    network = await ip_blocks.add(SHELL, IpDraft(network="192.0.2.0/24", severity="no_access"))
    other = IpDraft(network="192.0.2.0/25", severity="no_access", comment="bots")
    await _is_once(lambda: ip_blocks.change(SHELL, network.id, other), "ip.block_change")
    words = {"words": ["pills"]}
    one = await policies.create(SHELL, "words", PolicyDraft(settings=words))
    two = await policies.create(SHELL, "words", PolicyDraft(settings=words))
    named = PolicyDraft(name="No pills", settings=words, enabled=False)
    await _is_once(lambda: policies.change(SHELL, one.id, named), "policy.change")
    await _is_once(lambda: policies.order(SHELL, [two.id, one.id]), "policy.change")
    assert await _written_by(lambda: policies.move(SHELL, two.id, up=True)) == [], "it is the first"
    hook = WebhookDraft(url="https://hook.test/a", events=["report.created"])
    kept = (await webhooks.create(SHELL, hook)).webhook
    off = WebhookDraft(url="https://hook.test/b", enabled=False)
    await _is_once(lambda: webhooks.change(SHELL, kept.id, off), "webhook.change")


async def test_people_roles_and_reports(runtime: Runtime) -> None:
    alice, bob = await people.person("alice"), await people.person("bob")
    mod = await people.person("mod", role=Role.ADMIN)
    role = await roles.create(SHELL, RoleDraft(name="Gardener", permissions=Permission(0), position=5))
    wanted = RoleChange(name=" Gardeners ", permissions=Permission.MANAGE_USERS)
    await _is_once(lambda: roles.change(SHELL, role.id, wanted), "role.change")
    await _is_once(lambda: roles.give(SHELL, alice.id, role.id), "account.role")
    await _is_once(lambda: moderation.remember(SHELL, bob.id, is_memorial=True), "account.memorial")
    ends = {
        StrikeKind.SENSITIVE: "unsensitise",
        StrikeKind.SILENCE: "unlimit",
        StrikeKind.DISABLE: "unfreeze",
        StrikeKind.SUSPEND: "restore",
    }
    for kind, deed in ends.items():
        await strikes.give(SHELL, bob.id, StrikeDraft(kind=kind))
        await _is_once(
            partial(restraints.end, SHELL, bob.id, kind),
            f"account.{deed}",
        )
    report = (await reports.report(alice.id, ReportDraft(target_id=bob.id))).id
    by = Staff(account_id=mod.id, seat=await roles.roles.seat(mod.id), door="page")
    await _is_once(lambda: report_work.take(by, report), "report.assign")
    await _is_once(lambda: report_work.leave(by, report), "report.unassign")
    spam = ReportCategory.SPAM
    await _is_once(lambda: report_work.change(by, report, category=spam), "report.change")
