"""Reports: the queue, grouped by whom they are about, and one report with all that is needed to settle it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from quart import Blueprint, Response, request

from echo.actions import report_work, staff_notes, strikes
from echo.actions.report_work import Step
from echo.actions.strikes import StrikeDraft
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.params import Params
from echo.http.reading import read_id
from echo.ids import parse_id
from echo.kinds import ReportCategory
from echo.kinds_of_moderation import StrikeKind
from echo.policy.roles import Permission
from echo.render import cards, chat_message, house_rules
from echo.store import chat_reads, report_queue, reports, roles
from echo.store import strikes as strike_store
from echo.store.report_queue import ReportFilter
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, login, show_staff, staff_page
from echo.web.page import allow_scripts

blueprint = Blueprint("report_pages", __name__)
PATH = "/admin/reports"
ROWS, MOST_PAGES = 30, 10_000
TABS = {"open": "Waiting", "mine": "Mine", "free": "Nobody's", "resolved": "Done"}
NOTICES = {
    "resolve": "Settled.",
    "reopen": "Open again.",
    "take": "Yours now.",
    "leave": "Nobody's now.",
    "none": "Nothing was chosen.",
    "change": "Changed.",
    "note": "Noted.",
    "forget": "The note is gone.",
    "act": "Done, and written down.",
}
STEPS: dict[str, Step] = {
    "resolve": report_work.resolve,
    "reopen": report_work.reopen,
    "take": report_work.take,
    "leave": report_work.leave,
}
REFUSED = "Your role does not allow that, or does not stand above theirs."


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_REPORTS)
async def queue() -> Response:
    """Accounts that were reported, each with its reports."""
    tab = request.args.get("tab", "open")
    tab = tab if tab in TABS else "open"
    page = min(max(0, request.args.get("page", 0, type=int)), MOST_PAGES)
    wanted = ReportFilter(
        resolved=tab == "resolved",
        assigned_to_id={"mine": (await login()).user_id, "free": 0}.get(tab),
        target_id=parse_id(request.args.get("about", "")),
    )
    groups = await report_queue.groups(wanted, limit=ROWS + 1, offset=page * ROWS)
    page_of_queue = await show_staff(
        "reports.html",
        title="Reports",
        notices=NOTICES,
        tabs=TABS,
        tab=tab,
        page=page,
        has_more=len(groups) > ROWS,
        counts=await reports.open_counts(),
        found=[(row, msgspec.json.decode(row["reports"])) for row in groups[:ROWS]],
    )
    return allow_scripts(page_of_queue)


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_REPORTS)
async def bulk() -> Response:
    """Do the same to all that were chosen."""
    given = await visitor.read_form()
    step, ids = STEPS.get(given.text("do", "")), [n for text in given.list("ids") if (n := parse_id(text))]
    tab = given.text("tab", "open")
    if step is None or not ids:
        return done_at(PATH, "none", tab=tab)
    await report_work.each(await by(), ids, step)
    return done_at(PATH, given.text("do", ""), tab=tab)


@blueprint.get(f"{PATH}/<report_id>")
@staff_page(Permission.MANAGE_REPORTS)
async def one(report_id: str) -> Response:
    """One report."""
    return await _one(read_id(report_id))


@blueprint.post(f"{PATH}/<report_id>")
@staff_page(Permission.MANAGE_REPORTS)
async def work(report_id: str) -> Response:
    """Whatever is done with one report: `do` says what."""
    number, given = read_id(report_id), await visitor.read_form()
    row = await _row(number)
    done = given.text("do", "")
    try:
        await _work(number, row["target_id"], done, given)
    except Invalid as error:
        return await _one(number, bad=error.public)
    except Forbidden:
        return await _one(number, bad=REFUSED)
    return done_at(f"{PATH}/{number}", done if done in NOTICES else "act")


async def _work(number: int, target_id: int, done: str, given: Params) -> None:
    if done in STEPS:
        await STEPS[done](await by(), number)
    elif done == "change":
        category = given.text("category", "")
        if category not in list(ReportCategory):
            raise Invalid("Choose what it is about.")
        known = await house_rules.by_id()
        rules = [one for one in given.list("rule_ids") if one in known]
        await report_work.change(await by(), number, category=ReportCategory(category), rule_ids=rules)
    elif done == "note":
        await staff_notes.about_report(await by(), number, given.text("text", ""))
    elif done == "forget":
        await staff_notes.delete(await by(), read_id(given.text("note", "")))
    else:
        await strikes.give(await by(), target_id, read_draft(given, number))


def read_draft(given: Params, report_id: int | None) -> StrikeDraft:
    """What a form of this or the account's page wants to be done. Raises Invalid for what there is not."""
    kind = given.text("kind", "") or given.text("do", "")
    if kind not in list(StrikeKind):
        raise Invalid("Choose what is to be done.")
    return StrikeDraft(
        kind=StrikeKind(kind),
        text=given.text("text", ""),
        report_id=report_id,
        preset_id=parse_id(given.text("preset", "")),
        post_ids=tuple(n for text in given.list("post_ids") if (n := parse_id(text))),
        is_told=given.boolean("told", default=False),
        last_seen=parse_id(given.text("last_seen", "")),
    )


async def _row(number: int) -> Any:
    row = (await reports.rows([number])).get(number)
    if row is None:
        raise NotFound
    return row


async def _one(number: int, *, bad: str = "") -> Response:
    row = await _row(number)
    others = ReportFilter(resolved=None, target_id=row["target_id"])
    groups = await report_queue.groups(others, limit=1, offset=0)
    known = msgspec.json.decode(groups[0]["reports"]) if groups else []
    seat = (await login()).seat
    return await show_staff(
        "report.html",
        title=f"Report {number}",
        notices=NOTICES,
        bad=bad,
        report=row,
        target=groups[0],
        has_profile=bool(row["target_domain"]) or groups[0]["suspended_at"] is None,
        is_above=not (row["target_domain"] or seat.outranks(await roles.seat(row["target_id"]))),
        others=[other for other in known if other["id"] != number],
        collections=msgspec.json.decode(row["collection_ids"]),
        posts=await cards.reported((await login()).viewer, msgspec.json.decode(row["post_ids"])),
        said=await _said(number, row["target_id"]),
        notes=await strike_store.notes(report_id=number),
        strikes=await strike_store.of_account(row["target_id"], limit=5),
        presets=await strike_store.presets(),
        categories=list(ReportCategory),
        rules=await house_rules.many(),
        named_rules=msgspec.json.decode(row["rule_ids"]),
        me=(await login()).user_id,
    )


async def _said(report_id: int, about_id: int) -> Sequence[tuple[Any, str, bool]]:
    """Messages of a chat that were reported, and those around them; who wrote each, and is it about them?"""
    rows = await chat_reads.reported_for_staff(report_id)
    if rows is None:
        return []
    people = {int(one.id): one.handle for one in await cards.authors(sorted({r["author_id"] for r in rows}))}
    messages = await chat_message.many((await login()).user_id, rows)
    return [
        (message, people.get(int(message.account_id), "somebody"), int(message.account_id) == about_id)
        for message in messages
    ]
