"""From whom one wants to be told, and those who wait until they are let in."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from echo.actions import notices
from echo.errors import Invalid, NotFound
from echo.http.access import account_id, needs, viewer
from echo.http.params import Params
from echo.http.reading import cursor_of, page_link, params, read_id, update_route
from echo.http.replies import array, empty, entity, raw
from echo.kinds import Handling
from echo.policy.notices import NoticePolicy
from echo.render import notification_request
from echo.store import notification_policies

blueprint = Blueprint("notification_policy", __name__)
NAMES = notification_policies.COLUMNS
# What the first form of the policy could say: yes or no.
FIRST_NAMES = NAMES[:4]
WORDS = {"accept": Handling.ACCEPT, "filter": Handling.FILTER, "drop": Handling.DROP}
MOST_AT_ONCE = 200


@blueprint.get("/api/v2/notifications/policy")
@needs("read:notifications")
async def show() -> Response:
    """The policy."""
    return await _answer(await notification_policies.policy(account_id()))


@update_route(blueprint, "/api/v2/notifications/policy")
@needs("write:notifications")
async def change() -> Response:
    """Change what is sent; the rest stays."""
    given = await params()
    chosen = {name: given.text(f"for_{name}", "") for name in NAMES}
    for name, word in chosen.items():
        if word and word not in WORDS:
            raise Invalid(f"Validation failed: For {name.replace('_', ' ')} is not included in the list")
    changes = {name: WORDS[word] for name, word in chosen.items() if word}
    return await _answer(await notices.choose(account_id(), changes))


@blueprint.get("/api/v1/notifications/policy")
@needs("read:notifications")
async def show_v1() -> Response:
    """The policy in its first form."""
    return await _answer_v1(await notification_policies.policy(account_id()))


@update_route(blueprint, "/api/v1/notifications/policy")
@needs("write:notifications")
async def change_v1() -> Response:
    """Change it in its first form; what is dropped stays dropped when the client says yes to filtering."""
    given = await params()
    known = await notification_policies.policy(account_id())
    changes = {}
    for name in FIRST_NAMES:
        is_filtered = given.boolean(f"filter_{name}")
        if is_filtered is not None and is_filtered != (getattr(known, name) != Handling.ACCEPT):
            changes[name] = Handling.FILTER if is_filtered else Handling.ACCEPT
    return await _answer_v1(await notices.choose(account_id(), changes))


@blueprint.get("/api/v1/notifications/requests")
@needs("read:notifications")
async def requests() -> Response:
    """Those who wait, newest first."""
    cursor = cursor_of(await params(), default=40, maximum=80)
    rows = await notification_policies.requests(account_id(), cursor)
    link = page_link(rows[0]["id"], rows[-1]["id"], with_next=len(rows) >= cursor.limit) if rows else None
    return array(await notification_request.many(viewer(), rows), link=link)


@blueprint.get("/api/v1/notifications/requests/merged")
@needs("read:notifications")
async def merged() -> Response:
    """Whether what was accepted is among the rest: always, because it is done at once."""
    return entity({"merged": True})


@blueprint.get("/api/v1/notifications/requests/<request_id>")
@needs("read:notifications")
async def show_request(request_id: str) -> Response:
    """One of them."""
    row = await notification_policies.find_request(account_id(), read_id(request_id))
    rendered = await notification_request.many(viewer(), [row]) if row is not None else []
    if not rendered:
        raise NotFound
    return raw(rendered[0])


@blueprint.post("/api/v1/notifications/requests/accept")
@needs("write:notifications")
async def accept_many() -> Response:
    """Let them in; ids that are unknown change nothing."""
    await notices.accept(account_id(), _ids(await params()))
    return empty()


@blueprint.post("/api/v1/notifications/requests/dismiss")
@needs("write:notifications")
async def dismiss_many() -> Response:
    """Forget them; ids that are unknown change nothing."""
    await notices.dismiss(account_id(), _ids(await params()))
    return empty()


@blueprint.post("/api/v1/notifications/requests/<request_id>/accept")
@needs("write:notifications")
async def accept(request_id: str) -> Response:
    """Let somebody in."""
    if not await notices.accept(account_id(), [read_id(request_id)]):
        raise NotFound
    return empty()


@blueprint.post("/api/v1/notifications/requests/<request_id>/dismiss")
@needs("write:notifications")
async def dismiss(request_id: str) -> Response:
    """Forget what somebody wanted."""
    if not await notices.dismiss(account_id(), [read_id(request_id)]):
        raise NotFound
    return empty()


def _ids(given: Params) -> tuple[int, ...]:
    return given.ids("id")[:MOST_AT_ONCE]


async def _answer(policy: NoticePolicy) -> Response:
    words = {handling: word for word, handling in WORDS.items()}
    chosen = {f"for_{name}": words[getattr(policy, name)] for name in NAMES}
    return entity(chosen | {"summary": await _summary()})


async def _answer_v1(policy: NoticePolicy) -> Response:
    chosen = {f"filter_{name}": getattr(policy, name) != Handling.ACCEPT for name in FIRST_NAMES}
    return entity(chosen | {"summary": await _summary()})


async def _summary() -> dict[str, Any]:
    people, pending = await notification_policies.summary(account_id())
    return {"pending_requests_count": people, "pending_notifications_count": pending}
