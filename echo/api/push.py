"""Where notifications are pushed to: one subscription for each token."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import push as actions
from echo.actions.push import PushChoice, PushDraft
from echo.errors import BadRequest, Invalid, NotFound
from echo.http.access import account_id, current, needs, sent_token
from echo.http.params import Params
from echo.http.reading import params, update_route
from echo.http.replies import empty, entity
from echo.kinds import PushPolicy
from echo.render import push as rendered
from echo.render.notification import KINDS
from echo.store import push

blueprint = Blueprint("push", __name__)
PATH = "/api/v1/push/subscription"


@blueprint.get(PATH)
@needs("push")
async def show() -> Response:
    """The subscription of this token; apps rely on the 404 when there is none."""
    known = await push.find(current().token_id)
    if known is None:
        raise NotFound
    return entity(rendered.subscription(known))


@blueprint.post(PATH)
@needs("push")
async def subscribe() -> Response:
    """Push here from now on."""
    given = await params()
    wanted = given.sub("subscription")
    if not wanted.values:
        raise BadRequest("param is missing or the value is empty: subscription")
    keys = wanted.sub("keys")
    draft = PushDraft(
        endpoint=wanted.text("endpoint", "").strip(),
        p256dh=keys.text("p256dh", ""),
        auth=keys.text("auth", ""),
        standard=wanted.boolean("standard", default=False),
        token=sent_token() or "",
    )
    made = await actions.subscribe(current().token_id, account_id(), draft, _choice(given))
    return entity(rendered.subscription(made))


@update_route(blueprint, PATH)
@needs("push")
async def change() -> Response:
    """Choose anew what is pushed."""
    changed = await actions.choose(current().token_id, _choice(await params()))
    return entity(rendered.subscription(changed))


@blueprint.delete(PATH)
@needs("push")
async def unsubscribe() -> Response:
    """Push nothing any more; nothing happens when there was nothing."""
    await push.delete(current().token_id)
    return empty()


def _choice(given: Params) -> PushChoice:
    data = given.sub("data")
    alerts = data.sub("alerts")
    chosen = {kind: alerts.boolean(word) for word, kind in KINDS.items()}
    policy = data.text("policy", "") or PushPolicy.ALL.value
    if policy not in list(PushPolicy):
        raise Invalid("Validation failed: Policy is not included in the list")
    return PushChoice(
        alerts={kind: wanted for kind, wanted in chosen.items() if wanted is not None},
        policy=PushPolicy(policy),
    )
