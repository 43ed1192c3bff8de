"""Policies: their kinds, how they are set, in what order they are asked, and the dry run."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import policies as actions
from echo.actions import trying
from echo.actions.policies import PolicyDraft
from echo.actions.trying import Sample
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import params, read_id, update_route
from echo.http.replies import entity
from echo.policy.pipeline import catalogue
from echo.policy.roles import Permission
from echo.render import policy as render
from echo.store import policies

blueprint = Blueprint("policies", __name__)
BASE = "/api/v1/echo/admin/policies"
_POSTS = 500


@blueprint.get(f"{BASE}/kinds")
@needs("admin:read", may=Permission.MANAGE_SETTINGS)
async def kinds() -> Response:
    """Every kind of policy, with its settings as they describe themselves."""
    return entity([render.kind(kind) for kind in catalogue.KINDS.values()])


@blueprint.get(BASE)
@needs("admin:read", may=Permission.MANAGE_SETTINGS)
async def listing() -> Response:
    """All policies, in the order in which they are asked."""
    return entity([render.policy(row) for row in await policies.every()])


@blueprint.post(BASE)
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def create() -> Response:
    """Make a policy, at the end of the order; off, unless `enabled` says otherwise."""
    given = await params()
    return entity(render.policy(await actions.create(staff(), given.text("kind", ""), read_draft(given))))


@blueprint.get(f"{BASE}/<policy_id>")
@needs("admin:read", may=Permission.MANAGE_SETTINGS)
async def show(policy_id: str) -> Response:
    """One policy."""
    return entity(render.policy(await policies.get(read_id(policy_id))))


@update_route(blueprint, f"{BASE}/<policy_id>")
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def change(policy_id: str) -> Response:
    """Set a policy up anew; what is not sent stays. `settings` are sent all together."""
    row = await policies.get(read_id(policy_id))
    return entity(render.policy(await actions.change(staff(), row.id, read_draft(await params()))))


@blueprint.delete(f"{BASE}/<policy_id>")
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def delete(policy_id: str) -> Response:
    """Take a policy away; what it holds stays held."""
    await actions.delete(staff(), read_id(policy_id))
    return entity({})


@blueprint.post(f"{BASE}/order")
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def order() -> Response:
    """Ask policies in the order of `ids`."""
    await actions.order(staff(), (await params()).ids("ids"))
    return entity([render.policy(row) for row in await policies.every()])


@blueprint.post(f"{BASE}/try")
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def try_() -> Response:
    """What a policy (`policy_id`), a new one (`kind`) or all that are on would do with the last posts."""
    given = await params()
    sample, draft, by = read_sample(given), read_draft(given), staff()
    if given.has("policy_id"):
        policy_id = given.id("policy_id")
        if policy_id is None:
            raise NotFound
        made = await trying.try_one(by, policy_id, draft, sample)
    elif given.has("kind"):
        kind = given.text("kind", "")
        made = await trying.try_new(by, kind, draft, sample)
    else:
        made = await trying.try_all(by, sample)
    return entity(render.trial(made))


def read_sample(given: Params) -> Sample:
    """Over which posts a dry run goes."""
    which = given.text("posts", "all")
    limit = given.integer("limit", _POSTS, minimum=1, maximum=trying.POSTS_MAX)
    return Sample(local=which != "remote", remote=which != "local", limit=limit)


def read_draft(given: Params) -> PolicyDraft:
    """A policy as it was sent."""

    def listed(name: str) -> tuple[str, ...] | None:
        return given.list(name) if given.has(name) else None

    return PolicyDraft(
        name=given.text("name"),
        enabled=given.boolean("enabled"),
        doors=listed("doors"),
        only_hosts=listed("only_hosts"),
        except_hosts=listed("except_hosts"),
        settings=given.sub("settings").values if given.has("settings") else None,
    )
