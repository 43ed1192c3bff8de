"""People and accounts: found by filters, many at once, and one with all that is known and done about it."""

from __future__ import annotations

from typing import Any

import msgspec
from quart import Blueprint, Response, request

from echo.actions import approvals, moderation, restraints, roles, staff_notes, strikes, user_access
from echo.actions.strikes import StrikeDraft
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.params import Params
from echo.http.reading import read_id
from echo.ids import parse_id
from echo.kinds_of_moderation import StrikeKind
from echo.policy.roles import Permission
from echo.store import accounts, report_queue, second_factors, staff_accounts
from echo.store import roles as role_store
from echo.store import strikes as strike_store
from echo.store.cursor import Cursor
from echo.store.report_queue import ReportFilter
from echo.store.staff_accounts import STATES, AccountFilter
from echo.web import visitor
from echo.web.admin.reports import REFUSED, read_draft
from echo.web.admin.staff_page import by, done_at, login, show_staff, staff_page

blueprint = Blueprint("account_pages", __name__)
PATH = "/admin/accounts"
ROWS = 50
NOTICES = {
    "approve": "They are in.",
    "reject": "They are gone, and their names are free.",
    "suspend": "Suspended.",
    "none": "Nothing was chosen.",
    "some": "Not all of them: somebody else decided meanwhile, or you may not. See what was done to them.",
    "act": "Done, and written down.",
    "end": "Ended.",
    "note": "Noted.",
    "forget": "The note is gone.",
    "role": "They have another role.",
    "delete": "Deleted. What is left goes in the background.",
    "two_factor_off": "The second factor is off, and they get a letter.",
    "memorial": "Changed.",
}
TEXTS = ("username", "display_name", "email", "domain", "address")
ENDS = {
    "unsensitise": StrikeKind.SENSITIVE,
    "unlimit": StrikeKind.SILENCE,
    "unfreeze": StrikeKind.DISABLE,
    "restore": StrikeKind.SUSPEND,
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_USERS)
async def listing() -> Response:
    """Accounts that the filters let pass, the newest first."""
    names = (*TEXTS, "origin", "state", "staff", "before")
    asked = {name: request.args.get(name, "").strip()[:200] for name in names}
    wanted = AccountFilter(
        local={"local": True, "remote": False}.get(asked["origin"]),
        state=asked["state"] if asked["state"] in STATES else "",
        is_staff=bool(asked["staff"]),
        username=asked["username"],
        display_name=asked["display_name"],
        email=asked["email"],
        domain=asked["domain"],
        address=asked["address"],
    )
    ids = await staff_accounts.page(wanted, Cursor(limit=ROWS, max_id=parse_id(asked["before"])))
    rows = await staff_accounts.rows(ids)
    return await show_staff(
        "accounts.html",
        title="Accounts",
        notices=NOTICES,
        asked=asked,
        states=list(STATES),
        pending=await staff_accounts.count_pending(),
        found=[rows[number] for number in ids if number in rows],
        last_seen=await strike_store.newest_of(ids),
        more=str(ids[-1]) if len(ids) == ROWS else "",
    )


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_USERS)
async def bulk() -> Response:
    """Do the same to all that were chosen. Left out is whom it does not concern any more, or may not, and who
    was dealt with by somebody else since the page was shown.
    """
    given = await visitor.read_form()
    done, ids = given.text("do", ""), [n for text in given.list("ids") if (n := parse_id(text))]
    if done not in ("approve", "reject", "suspend") or not ids:
        return done_at(PATH, "none", state=given.text("state", ""))
    left_out = 0
    for number in ids[:ROWS]:
        try:
            await _to_one(done, number, last_seen=parse_id(given.text(f"last_seen_{number}", "")))
        except (NotFound, Forbidden, Invalid):
            left_out += 1
    return done_at(PATH, "some" if left_out else done, state=given.text("state", ""))


async def _to_one(done: str, number: int, *, last_seen: int | None = None) -> None:
    match done:
        case "approve":
            await approvals.approve(await by(), number)
        case "reject":
            await approvals.reject(await by(), number)
        case "suspend":
            await strikes.give(await by(), number, StrikeDraft(kind=StrikeKind.SUSPEND, last_seen=last_seen))


@blueprint.get(f"{PATH}/<account_id>")
@staff_page(Permission.MANAGE_USERS)
async def one(account_id: str) -> Response:
    """One account."""
    return await _one(read_id(account_id))


@blueprint.post(f"{PATH}/<account_id>")
@staff_page(Permission.MANAGE_USERS)
async def work(account_id: str) -> Response:
    """Whatever is done with one account: `do` says what."""
    number, given = read_id(account_id), await visitor.read_form()
    await accounts.get(number)
    done = given.text("do", "")
    try:
        said = await _work(number, done, given)
    except Invalid as error:
        return await _one(number, bad=error.public)
    except Forbidden:
        return await _one(number, bad=REFUSED)
    return done_at(PATH if done in ("reject", "delete") else f"{PATH}/{number}", said)


async def _work(number: int, done: str, given: Params) -> str:
    """Returns: the key of what is said then"""
    if done in ENDS:
        await restraints.end(await by(), number, ENDS[done])
        return "end"
    match done:
        case "approve" | "reject":
            await _to_one(done, number)
        case "note":
            await staff_notes.about_account(await by(), number, given.text("text", ""))
        case "forget":
            await staff_notes.delete(await by(), read_id(given.text("note", "")))
        case "role":
            role = given.text("role", "")
            await roles.give(await by(), number, -99 if role == "-99" else read_id(role))
        case "delete":
            await restraints.delete_now(await by(), number)
        case "two_factor_off":
            await user_access.switch_two_factor_off(await by(), number)
        case "memorial":
            is_memorial = given.boolean("memorial", default=False)
            await moderation.remember(await by(), number, is_memorial=is_memorial)
        case _:
            await strikes.give(await by(), number, read_draft(given, None))
            return "act"
    return done


async def _one(number: int, *, bad: str = "") -> Response:
    account = await accounts.get(number)
    row: Any = (await staff_accounts.rows([number]))[number]
    seat = (await login()).seat
    about = await report_queue.groups(ReportFilter(resolved=None, target_id=number), limit=1, offset=0)
    reports = msgspec.json.decode(about[0]["reports"]) if about else []
    return await show_staff(
        "account.html",
        title=restraints.handle(account),
        notices=NOTICES,
        bad=bad,
        account=account,
        row=row,
        places=msgspec.json.decode(row["addresses"] or "[]"),
        reports=reports,
        strikes=await strike_store.of_account(number),
        notes=await strike_store.notes(target_id=number),
        presets=await strike_store.presets(),
        offered=[role for role in await role_store.listing() if role["position"] < seat.rank],
        has_profile=bool(account.domain) or not (account.suspended_at or account.deleted_at),
        is_above=row["is_here"] and not seat.outranks(await role_store.seat(number)),
        proofs=await second_factors.of_person(number) if row["is_here"] else None,
    )
