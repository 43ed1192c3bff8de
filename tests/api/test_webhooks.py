"""Webhooks over the admin API, on their page, and in the shell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from echo.cli import webhooks as cli
from echo.kinds import Role
from echo.models import Webhook
from echo.runtime import Runtime
from echo.store import audit
from tests import make
from tests.api.asking import Api

EVENTS = ["report.created", "account.created"]


async def test_a_webhook_is_made_changed_and_taken_away(api: Api) -> None:
    root = await make.with_scopes(await make.person("root", role=Role.ADMIN), "admin:read", "admin:write")
    path = "/api/v1/echo/admin/webhooks"
    given = {"url": "https://bot.test/hook", "events": EVENTS}
    made = (await api.post(path, by=root, json=given)).json
    assert len(made["secret"]) == 40
    assert (made["events"], made["enabled"]) == (["account.created", "report.created"], True)
    one = f"{path}/{made['id']}"
    shown = (await api.get(one, by=root)).json
    assert shown == made | {"secret": None}, "told once"
    assert (await api.get(path, by=root)).json == [shown]
    for wrong in (
        {"url": "http://bot.test/", "events": EVENTS},
        {"url": "https://x.test/", "events": ["nothing"]},
        {"url": "https://x.test/"},
        given,
    ):
        await api.post(path, by=root, expect=422, json=wrong)
    assert (await api.post(f"{one}/disable", by=root)).json["enabled"] is False
    assert (await api.post(f"{one}/enable", by=root)).json["enabled"] is True
    changed = (await api.put(one, by=root, json={"events": ["status.created"]})).json
    assert (changed["events"], changed["url"]) == (["status.created"], "https://bot.test/hook")
    assert (await api.patch(one, by=root, json={"enabled": False})).json["enabled"] is False
    assert (await api.post(f"{one}/rotate_secret", by=root)).json["secret"] not in (None, made["secret"])
    await api.delete(one, by=root)
    await api.get(one, by=root, expect=404)
    deeds = [row["deed"] for row in await audit.page(limit=10)]
    assert deeds == [
        "webhook.delete",
        "webhook.rotate",
        *["webhook.change"] * 4,
        "webhook.create",
    ]


async def test_the_shell_does_the_same(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def opened(_: object) -> AsyncIterator[object]:
        yield None

    monkeypatch.setattr(cli, "opened", opened)
    await cli.add("https://bot.test/hook", *EVENTS)
    made = await Webhook.get()
    assert "its secret, this once" in capsys.readouterr().out
    await cli.set_(made.id, events="status.created, status.updated", on=False)
    await cli.rotate(made.id)
    assert len(capsys.readouterr().out.split()[-1]) == 40
    changed = await Webhook.get()
    assert (changed.events, changed.enabled) == (["status.created", "status.updated"], False)
    assert changed.secret != made.secret
    await cli.list_()
    assert "status.created status.updated" in capsys.readouterr().out
    await cli.delete(made.id)
    assert not await Webhook.exists()
