"""Policies: the list, one with the form that its kind describes, and the dry run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quart import Blueprint, Response, request

from echo.actions import policies as actions
from echo.actions import trying
from echo.actions.policies import PolicyDraft
from echo.actions.trying import Sample, Trial
from echo.errors import Invalid, NotFound
from echo.http.params import Params
from echo.http.reading import read_id
from echo.models import Policy
from echo.policy.pipeline import catalogue
from echo.policy.pipeline.said import Door
from echo.policy.pipeline.settings import Kind
from echo.policy.roles import Permission
from echo.render import policy as render
from echo.store import policies
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("policy_pages", __name__)
PATH = "/admin/policies"
NOTICES = {
    "made": "The policy is there. It does nothing until it is switched on.",
    "changed": "The policy is changed. It holds everywhere within a few seconds.",
    "deleted": "The policy is gone. What it holds stays in the queue.",
    "moved": "The order is changed.",
}
DOORS = {
    Door.REMOTE.value: "Posts of other servers",
    Door.LOCAL.value: "Posts of people here",
    Door.CHAT.value: "Messages in chats here",
}
# Verdicts, in lists. What every option of a policy does stands in the policy's own file.
WORDS = {
    "rewrite": "Rewrite",
    "hold": "Hold for a moderator",
    "reject": "Reject",
    "accept": "Accept",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form shows: the policy, saved or not, and its settings as they were typed."""

    id: int
    kind: Kind
    name: str
    enabled: bool
    doors: list[str]
    only_hosts: str
    except_hosts: str
    values: dict[str, Any]


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_SETTINGS)
async def listing() -> Response:
    """All policies in their order, and the kinds that there are."""
    return await show_staff(
        "policies.html",
        title="Policies",
        notices=NOTICES,
        policies=[(row, render.values_of(row)) for row in await policies.every()],
        kinds=catalogue.KINDS,
        doors=DOORS,
        words=WORDS,
    )


@blueprint.get(f"{PATH}/new")
@staff_page(Permission.MANAGE_SETTINGS)
async def new() -> Response:
    """The form of a policy that is not there yet."""
    return await _form(_empty(_kind(request.args.get("kind", ""))))


@blueprint.post(f"{PATH}/new")
@staff_page(Permission.MANAGE_SETTINGS)
async def create() -> Response:
    """Make a policy, or try it."""
    given = await visitor.read_form()
    kind = _kind(given.text("kind", ""))
    filled = _typed(0, kind, given)
    try:
        if given.text("do", "") == "try":
            trial = await trying.try_new(await by(), kind.name, _draft(filled), _sample(given))
            return await _form(filled, trial=trial, given=given)
        await actions.create(await by(), kind.name, _draft(filled))
    except Invalid as error:
        return await _form(filled, bad=error.public)
    return done_at(PATH, "made")


@blueprint.get(f"{PATH}/<policy_id>")
@staff_page(Permission.MANAGE_SETTINGS)
async def one(policy_id: str) -> Response:
    """One policy."""
    return await _form(_stored(await policies.get(read_id(policy_id))))


@blueprint.post(f"{PATH}/<policy_id>")
@staff_page(Permission.MANAGE_SETTINGS)
async def change(policy_id: str) -> Response:
    """Change, move, try or delete a policy."""
    row, given = await policies.get(read_id(policy_id)), await visitor.read_form()
    match given.text("do", ""):
        case "delete":
            await actions.delete(await by(), row.id)
            return done_at(PATH, "deleted")
        case "up" | "down" as way:
            await actions.move(await by(), row.id, up=way == "up")
            return done_at(PATH, "moved")
    filled = _typed(row.id, _kind(row.kind), given)
    try:
        if given.text("do", "") == "try":
            trial = await trying.try_one(await by(), row.id, _draft(filled), _sample(given))
            return await _form(filled, trial=trial, given=given)
        await actions.change(await by(), row.id, _draft(filled))
    except Invalid as error:
        return await _form(filled, bad=error.public)
    return done_at(PATH, "changed")


async def _form(
    filled: Filled, *, bad: str = "", trial: Trial | None = None, given: Params | None = None
) -> Response:
    return await show_staff(
        "policy.html",
        title=filled.name or filled.kind.title,
        notices=NOTICES,
        bad=bad,
        filled=filled,
        fields=catalogue.fields_of(filled.kind),
        doors=DOORS,
        words=WORDS,
        trial=None if trial is None else render.trial(trial),
        posts=given.text("posts", "all") if given else "all",
        limit=_sample(given).limit if given else 500,
        most=trying.POSTS_MAX,
    )


def _kind(name: str) -> Kind:
    kind = catalogue.KINDS.get(name)
    if kind is None:
        raise NotFound
    return kind


def _empty(kind: Kind) -> Filled:
    values = {field.name: field.default for field in catalogue.fields_of(kind)}
    doors = [Door.REMOTE.value] if kind.needs_hosts else list(DOORS)
    return Filled(0, kind, kind.title, False, doors, "", "", values)


def _stored(row: Policy) -> Filled:
    return Filled(
        row.id,
        _kind(row.kind),
        row.name,
        row.enabled,
        list(row.doors),
        "\n".join(row.only_hosts),
        "\n".join(row.except_hosts),
        render.values_of(row),
    )


def _typed(policy_id: int, kind: Kind, given: Params) -> Filled:
    typed = given.sub("settings")
    values: dict[str, Any] = {}
    for field in catalogue.fields_of(kind):
        match field.shape:
            case "switch":
                values[field.name] = typed.boolean(field.name, default=False)
            case "choices":
                values[field.name] = list(typed.list(field.name))
            case "lines":
                lines = typed.text(field.name, "").splitlines()
                values[field.name] = [line.strip() for line in lines if line.strip()]
            case _:
                values[field.name] = typed.text(field.name, "").strip()
    return Filled(
        policy_id,
        kind,
        given.text("name", ""),
        given.boolean("enabled", default=False),
        list(given.list("doors")),
        given.text("only_hosts", ""),
        given.text("except_hosts", ""),
        values,
    )


def _draft(filled: Filled) -> PolicyDraft:
    return PolicyDraft(
        name=filled.name,
        enabled=filled.enabled,
        doors=filled.doors,
        only_hosts=filled.only_hosts.split(),
        except_hosts=filled.except_hosts.split(),
        settings=filled.values,
    )


def _sample(given: Params) -> Sample:
    which = given.text("posts", "all")
    limit = given.integer("limit", 500, minimum=1, maximum=trying.POSTS_MAX)
    return Sample(local=which != "remote", remote=which != "local", limit=limit)
