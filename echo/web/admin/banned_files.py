"""Files that nobody may show here: banned with a post, by a list of digests, and allowed again."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import banning
from echo.addresses import here
from echo.errors import Forbidden, Invalid, NotFound
from echo.http.params import Params
from echo.ids import parse_id
from echo.policy.roles import Permission
from echo.render import policy as render
from echo.store import accounts, banned_files
from echo.text import handles
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("banned_file_pages", __name__)
PATH = "/admin/files"
NOTICES = {
    "banned": "Banned. Nobody can upload it, and it is shown from nowhere.",
    "allowed": "Allowed again.",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_REPORTS)
async def listing() -> Response:
    """All of them, and the forms that ban more."""
    return await _listing()


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_REPORTS)
async def change() -> Response:
    """Ban the files of a post, the pictures of an account, or by digests; or allow one again."""
    given = await visitor.read_form()
    try:
        return done_at(PATH, await _do(given))
    except Invalid as error:
        return await _listing(bad=error.public)
    except NotFound:
        return await _listing(bad="There is no such post, account or file.")
    except Forbidden:
        return await _listing(bad="That needs the right to change settings and policies.")


async def _do(given: Params) -> str:
    note = given.text("note", "").strip()
    match given.text("do", ""):
        case "allow":
            await banning.unban(await by(), given.id("id") or 0)
            return "allowed"
        case "post":
            last = given.text("post", "").strip().rstrip("/").rpartition("/")[2]
            await banning.ban_files_of_post(await by(), parse_id(last) or 0, note=note)
        case "account":
            name, domain = handles.split(given.text("account", ""))
            found = await accounts.find_by_handle(name, "" if here().is_handle_host(domain) else domain)
            if found is None:
                raise NotFound
            await banning.ban_pictures_of_account(await by(), found.id, note=note)
        case _:
            await banning.ban(await by(), given.text("digests", "").split(), note=note)
    return "banned"


async def _listing(*, bad: str = "") -> Response:
    return await show_staff(
        "banned_files.html",
        title="Banned files",
        notices=NOTICES,
        bad=bad,
        files=[render.banned_file(row) for row in await banned_files.every()],
    )
