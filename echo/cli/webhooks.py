"""`echoctl webhooks`: programs of the operator that are told what happens here."""

from __future__ import annotations

import msgspec
from cyclopts import App

from echo.actions import webhooks as actions
from echo.actions.webhooks import WebhookDraft
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id
from echo.policy.roles import Staff
from echo.render import webhook as render
from echo.store import webhooks

app = App(name="webhooks", help="Programs that are told what happens here.")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All of them, the oldest first."""
    async with opened(common):
        rows = [render.shown(row) for row in await webhooks.every()]
    short: list[dict[str, object]] = [
        {
            "id": row.id,
            "url": row.url,
            "on": row.enabled,
            "events": " ".join(row.events),
            "failure": row.failure or "",
        }
        for row in rows
    ]
    say(common, msgspec.to_builtins(rows), table(short, empty="no program is told anything"))


@app.command
async def add(url: str, *events: str, common: Common = Common()) -> None:
    """Have a program told.

    Parameters
    ----------
    url: https://... of it.
    events: account.approved, account.created, account.updated, report.created, report.updated,
        status.created, status.updated.
    """
    async with opened(common):
        made = await actions.create(Staff.shell(), WebhookDraft(url=url, events=events))
    shown = render.shown(made.webhook, made.secret)
    say(common, msgspec.to_builtins(shown), f"webhook {shown.id}; its secret, this once: {made.secret}")


@app.command(name="set")
async def set_(
    webhook_id: Id,
    *,
    url: str = "",
    events: str = "",
    on: bool | None = None,
    common: Common = Common(),
) -> None:
    """Change one; what is not given stays.

    Parameters
    ----------
    events: All that it shall be told, with commas.
    on: Switch it on, or off.
    """
    named = tuple(part.strip() for part in events.split(",") if part.strip())
    draft = WebhookDraft(url=url or None, events=named or None, enabled=on)
    async with opened(common):
        row = render.shown(await actions.change(Staff.shell(), webhook_id, draft))
    say(common, msgspec.to_builtins(row), "done")


@app.command
async def rotate(webhook_id: Id, *, common: Common = Common()) -> None:
    """Give one another secret; the one before is worth nothing from now on."""
    async with opened(common):
        made = await actions.rotate(Staff.shell(), webhook_id)
    say(common, msgspec.to_builtins(render.shown(made.webhook, made.secret)), made.secret)


@app.command
async def delete(webhook_id: Id, *, common: Common = Common()) -> None:
    """Tell one nothing any more."""
    async with opened(common):
        await actions.delete(Staff.shell(), webhook_id)
    say(common, {"id": str(webhook_id)}, "done")
