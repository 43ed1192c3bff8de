"""`echoctl policies`: rules for what is said here and what other servers send, and the dry run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from echo.actions import policies as actions
from echo.actions import trying
from echo.actions.policies import PolicyDraft
from echo.actions.trying import Sample
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Limit
from echo.cli.texts import require_storable
from echo.errors import Invalid
from echo.policy.pipeline import catalogue
from echo.policy.roles import Staff
from echo.render import policy as render
from echo.render.admin_policy_entities import StaffPolicyField
from echo.store import policies

app = App(name="policies", help="Rules for what is said here and what other servers send.")


@app.command(name="list")
async def list_(*, common: Common = Common()) -> None:
    """All policies, in the order in which they are asked."""
    async with opened(common):
        rows = [render.policy(row) for row in await policies.every()]
    short = [
        {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "on": row.enabled,
            "does": row.settings.get("action", ""),
            "doors": " ".join(row.doors),
            "only": " ".join(row.only_hosts),
        }
        for row in rows
    ]
    say(common, msgspec.to_builtins(rows), table(short, empty="no policies: everything is let in"))


@app.command
async def kinds(*, common: Common = Common()) -> None:
    """Every kind of policy, with its settings."""
    known = [render.kind(kind) for kind in catalogue.KINDS.values()]
    text = "\n\n".join(
        f"{kind.name}: {kind.about}\n" + "\n".join(_described(one) for one in kind.settings) for kind in known
    )
    say(common, msgspec.to_builtins(known), text)


@app.command
async def add(
    kind: str,
    *,
    name: str = "",
    settings: str = "{}",
    words: Path | None = None,
    doors: str = "remote,local,chat",
    only: str = "",
    on: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),
) -> None:
    """Add a policy. It is off, unless you say otherwise.

    Parameters
    ----------
    kind: One of `echoctl policies kinds`.
    name: How it is called.
    settings: JSON: what is not as it comes.
    words: For kind `words`: a file with one word or phrase a line.
    doors: Where it looks, with commas.
    only: Servers that it is limited to, with commas.
    on: Switch it on at once.
    """
    draft = PolicyDraft(
        name=name or None,
        enabled=on,
        doors=_listed(doors),
        only_hosts=_listed(only),
        settings=_settings(settings, words),
    )
    async with opened(common):
        row = render.policy(await actions.create(Staff.shell(), kind, draft))
    say(common, msgspec.to_builtins(row), f"policy {row.id}: {row.name}")


@app.command(name="set")
async def set_(
    policy_id: Id,
    *,
    on: bool | None = None,
    settings: str = "",
    words: Path | None = None,
    common: Common = Common(),
) -> None:
    """Change a policy; what is not given stays.

    Parameters
    ----------
    on: Switch it on, or off.
    settings: JSON: settings that change.
    words: For kind `words`: a file that takes the place of its list.
    """
    async with opened(common):
        row = await policies.get(policy_id)
        changed = {**render.values_of(row), **_settings(settings or "{}", words)}
        draft = PolicyDraft(enabled=on, settings=changed if settings or words else None)
        shown = render.policy(await actions.change(Staff.shell(), policy_id, draft))
    say(common, msgspec.to_builtins(shown), "done")


@app.command
async def delete(policy_id: Id, *, common: Common = Common()) -> None:
    """Take a policy away; what it holds stays in the queue."""
    async with opened(common):
        await actions.delete(Staff.shell(), policy_id)
    say(common, {"id": policy_id}, "done")


@app.command(name="try")
async def try_(
    policy_id: Id | None = None,
    *,
    posts: Literal["all", "local", "remote"] = "all",
    limit: Limit = 500,
    common: Common = Common(),
) -> None:
    """The dry run: what one policy, or all that are on, would have done with the last posts. Changes nothing.

    Parameters
    ----------
    policy_id: One policy, on or off.
    posts: Whose.
    limit: How many.
    """
    sample = Sample(local=posts != "remote", remote=posts != "local", limit=limit)
    by = Staff.shell()
    async with opened(common):
        if policy_id is None:
            made = await trying.try_all(by, sample)
        else:
            made = await trying.try_one(by, policy_id, PolicyDraft(), sample)
    shown = render.trial(made)
    rows: list[dict[str, object]] = [
        {
            "verdict": one.action,
            "author": one.acct,
            "found": "; ".join(match.found for match in one.matches),
            "text": one.text[:80].replace("\n", " "),
        }
        for one in shown.examples
    ]
    counts = f"{shown.accept} accepted, {shown.rewrite} rewritten, {shown.hold} held, {shown.reject} rejected"
    say(
        common,
        msgspec.to_builtins(shown),
        f"{shown.looked_at} posts: {counts}\n{table(rows, empty='nothing was found')}",
    )


def _described(one: StaffPolicyField) -> str:
    lines = [f"  {one.name} = {one.default!r}", f"      {one.description}"]
    return "\n".join([*lines, *(f"      {name}: {does}." for name, does in one.option_texts.items())])


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _settings(text: str, words: Path | None) -> dict[str, object]:
    try:
        settings = msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise Invalid(f"The settings are no JSON object: {error}") from error
    if words is not None:
        lines = words.read_text(encoding="utf-8").splitlines()
        settings["words"] = [line.strip() for line in lines if line.strip()]
    require_storable(settings, words or "--settings")
    return settings
