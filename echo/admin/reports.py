"""Reports, for moderators: Mastodon's routes."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import report_work
from echo.actions.report_work import Step
from echo.errors import Invalid, NotFound
from echo.http.access import current, needs, staff, viewer
from echo.http.reading import cursor_of, page_link, params, read_id, update_route
from echo.http.replies import array, raw
from echo.kinds import ReportCategory
from echo.models import Report
from echo.policy.roles import Permission
from echo.render import admin_reports, house_rules
from echo.store import report_queue
from echo.store.report_queue import ReportFilter

blueprint = Blueprint("admin_reports", __name__)
_BASE = "/api/v1/admin/reports"
_READ, _WRITE = "admin:read:reports", "admin:write:reports"


@blueprint.get(_BASE)
@needs(_READ, may=Permission.MANAGE_REPORTS)
async def listing() -> Response:
    """Reports that wait, or with `resolved` those that are done, the newest first."""
    given = await params()
    origin = given.text("target_origin", "")
    wanted = ReportFilter(
        resolved=given.boolean("resolved", default=False),
        reporter_id=given.id("account_id"),
        target_id=given.id("target_account_id"),
        target_domain=given.text("by_target_domain", "").strip().lower(),
        target_local={"local": True, "remote": False}.get(origin),
    )
    cursor = cursor_of(given, default=100, maximum=200)
    ids = await report_queue.page(wanted, cursor)
    link = page_link(ids[0], ids[-1], with_next=len(ids) >= cursor.limit) if ids else None
    return array(await _rendered(ids), link=link)


@blueprint.get(f"{_BASE}/<report_id>")
@needs(_READ, may=Permission.MANAGE_REPORTS)
async def show(report_id: str) -> Response:
    """One report."""
    return await _shown(await _id(report_id))


@update_route(blueprint, f"{_BASE}/<report_id>")
@needs(_WRITE, may=Permission.MANAGE_REPORTS)
async def change(report_id: str) -> Response:
    """Say what it is about: `category`, and `rule_ids` of a violation; what is not sent stays."""
    number, given = await _id(report_id), await params()
    category = given.text("category")
    if category is not None and category not in list(ReportCategory):
        raise Invalid("Validation failed: Category is not included in the list")
    rule_ids = given.list("rule_ids") if given.has("rule_ids") else None
    if rule_ids and not set(rule_ids) <= (await house_rules.by_id()).keys():
        raise Invalid("Validation failed: Rules does not reference valid rules")
    await report_work.change(
        staff(), number, category=ReportCategory(category) if category else None, rule_ids=rule_ids
    )
    return await _shown(number)


@blueprint.post(f"{_BASE}/<report_id>/assign_to_self")
@needs(_WRITE, may=Permission.MANAGE_REPORTS)
async def assign_to_self(report_id: str) -> Response:
    """Look at it oneself."""
    return await _do(report_id, report_work.take)


@blueprint.post(f"{_BASE}/<report_id>/unassign")
@needs(_WRITE, may=Permission.MANAGE_REPORTS)
async def unassign(report_id: str) -> Response:
    """Leave it to whoever wants to look at it."""
    return await _do(report_id, report_work.leave)


@blueprint.post(f"{_BASE}/<report_id>/resolve")
@needs(_WRITE, may=Permission.MANAGE_REPORTS)
async def resolve(report_id: str) -> Response:
    """Say that it is dealt with."""
    return await _do(report_id, report_work.resolve)


@blueprint.post(f"{_BASE}/<report_id>/reopen")
@needs(_WRITE, may=Permission.MANAGE_REPORTS)
async def reopen(report_id: str) -> Response:
    """Say that it is to be looked at again."""
    return await _do(report_id, report_work.reopen)


async def _do(report_id: str, step: Step) -> Response:
    number = await _id(report_id)
    await step(staff(), number)
    return await _shown(number)


async def _id(text: str) -> int:
    number = read_id(text)
    if not await Report.exists(id=number):
        raise NotFound
    return number


async def _shown(number: int) -> Response:
    found = await _rendered([number])
    if not found:
        raise NotFound
    return raw(found[0])


async def _rendered(ids: list[int]) -> list[bytes]:
    with_login = current().seat.may(Permission.MANAGE_USERS)
    return await admin_reports.many(viewer(), ids, await house_rules.by_id(), with_login=with_login)
