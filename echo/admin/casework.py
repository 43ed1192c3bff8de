"""What moderators need besides Mastodon's routes: strikes and appeals, notes, words at hand, many at once."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import appeals, report_work, staff_notes, strikes
from echo.actions.report_work import Step
from echo.actions.strikes import OF_POSTS, StrikeDraft
from echo.errors import Invalid, NotFound
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, page_link, params, read_id
from echo.http.replies import array, empty, entity, raw
from echo.kinds_of_moderation import AppealState, StrikeKind
from echo.models import Report, StaffNote, Strike, WarningPreset
from echo.policy.roles import Permission
from echo.render import casework
from echo.render import strike as render
from echo.store import accounts
from echo.store import strikes as store

blueprint = Blueprint("admin_casework", __name__)
_BASE = "/api/v1/echo/admin"
_STEPS: dict[str, Step] = {
    "resolve": report_work.resolve,
    "reopen": report_work.reopen,
    "assign_to_self": report_work.take,
    "unassign": report_work.leave,
}


@blueprint.post(f"{_BASE}/reports/bulk")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def bulk() -> Response:
    """Do one `action` to many reports, `ids`: resolve, reopen, assign_to_self, unassign."""
    given = await params()
    step = _STEPS.get(given.text("action", ""))
    if step is None:
        raise Invalid("Validation failed: Action is not included in the list")
    ids = [read_id(text) for text in given.list("ids")]
    return entity({"count": await report_work.each(staff(), ids, step)})


@blueprint.post(f"{_BASE}/reports/<report_id>/statuses")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def act_on_posts(report_id: str) -> Response:
    """Delete posts of a report, or mark them as sensitive (`type`, in the words of strikes)."""
    report, given = await _report(report_id), await params()
    kind = given.text("type", "")
    if kind not in OF_POSTS:
        raise Invalid("Validation failed: Type is not included in the list")
    draft = StrikeDraft(
        kind=StrikeKind(kind),
        text=given.text("text", ""),
        report_id=report.id,
        post_ids=tuple(read_id(text) for text in given.list("status_ids")),
        is_told=given.boolean("send_email_notification", default=True),
    )
    return await _strike(await strikes.give(staff(), report.target_id, draft))


@blueprint.get(f"{_BASE}/reports/<report_id>/notes")
@needs("admin:read:reports", may=Permission.MANAGE_REPORTS)
async def report_notes(report_id: str) -> Response:
    """What moderators wrote down about a report."""
    return entity(casework.notes(await store.notes(report_id=(await _report(report_id)).id)))


@blueprint.post(f"{_BASE}/reports/<report_id>/notes")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def note_report(report_id: str) -> Response:
    """Write `text` down about a report."""
    report = await _report(report_id)
    await staff_notes.about_report(staff(), report.id, (await params()).text("text", ""))
    return entity(casework.notes(await store.notes(report_id=report.id)))


@blueprint.get(f"{_BASE}/accounts/<account_id>/notes")
@needs("admin:read:accounts", may=Permission.MANAGE_USERS)
async def account_notes(account_id: str) -> Response:
    """What moderators wrote down about an account."""
    return entity(casework.notes(await store.notes(target_id=await _account(account_id))))


@blueprint.post(f"{_BASE}/accounts/<account_id>/notes")
@needs("admin:write:accounts", may=Permission.MANAGE_USERS)
async def note_account(account_id: str) -> Response:
    """Write `text` down about an account."""
    number = await _account(account_id)
    await staff_notes.about_account(staff(), number, (await params()).text("text", ""))
    return entity(casework.notes(await store.notes(target_id=number)))


@blueprint.delete(f"{_BASE}/notes/<note_id>")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def delete_note(note_id: str) -> Response:
    """Take a note away."""
    number = read_id(note_id)
    if not await StaffNote.exists(id=number):
        raise NotFound
    await staff_notes.delete(staff(), number)
    return empty()


@blueprint.get(f"{_BASE}/accounts/<account_id>/strikes")
@needs("admin:read:accounts", may=Permission.MANAGE_USERS)
async def account_strikes(account_id: str) -> Response:
    """What moderators did to an account, the newest first."""
    rows = await store.of_account(await _account(account_id))
    return array(list((await render.by_id(rows)).values()))


@blueprint.get(f"{_BASE}/appeals")
@needs("admin:read:accounts", may=Permission.MANAGE_APPEALS)
async def listing() -> Response:
    """Strikes against which somebody appealed; `state`: pending, approved, rejected."""
    given = await params()
    state, cursor = given.text("state", AppealState.PENDING), cursor_of(given, default=40, maximum=80)
    if state not in list(AppealState):
        raise Invalid("Validation failed: State is not included in the list")
    rows = await store.appeals(state, cursor)
    ids = [row["id"] for row in rows]
    link = page_link(ids[0], ids[-1], with_next=len(ids) >= cursor.limit) if ids else None
    return array(list((await render.by_id(rows)).values()), link=link)


@blueprint.post(f"{_BASE}/appeals/<strike_id>/approve")
@needs("admin:write:accounts", may=Permission.MANAGE_APPEALS)
async def approve(strike_id: str) -> Response:
    """Grant the appeal against a strike: what was done is undone."""
    strike = await _get_strike(strike_id)
    await appeals.approve(staff(), strike.id)
    return await _strike(strike)


@blueprint.post(f"{_BASE}/appeals/<strike_id>/reject")
@needs("admin:write:accounts", may=Permission.MANAGE_APPEALS)
async def reject(strike_id: str) -> Response:
    """Let a strike stand."""
    strike = await _get_strike(strike_id)
    await appeals.reject(staff(), strike.id)
    return await _strike(strike)


@blueprint.get(f"{_BASE}/warning_presets")
@needs("admin:read", may=Permission.MANAGE_USERS)
async def presets() -> Response:
    """Words for strikes."""
    return entity(casework.presets(await store.presets()))


@blueprint.post(f"{_BASE}/warning_presets")
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def keep_preset() -> Response:
    """Keep `text` for strikes, under a `title`."""
    given = await params()
    await staff_notes.keep_preset(staff(), given.text("title", ""), given.text("text", ""))
    return entity(casework.presets(await store.presets()))


@blueprint.delete(f"{_BASE}/warning_presets/<preset_id>")
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def delete_preset(preset_id: str) -> Response:
    """Take words for strikes away."""
    number = read_id(preset_id)
    if not await WarningPreset.exists(id=number):
        raise NotFound
    await staff_notes.delete_preset(staff(), number)
    return empty()


async def _report(text: str) -> Report:
    found = await Report.get_or_none(id=read_id(text))
    if found is None:
        raise NotFound
    return found


async def _account(text: str) -> int:
    number: int = (await accounts.get(read_id(text))).id
    return number


async def _get_strike(text: str) -> Strike:
    found = await Strike.get_or_none(id=read_id(text))
    if found is None:
        raise NotFound
    return found


async def _strike(strike: Strike) -> Response:
    rows = await store.rows([strike.id])
    return raw((await render.by_id(list(rows.values())))[strike.id])
