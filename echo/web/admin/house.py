"""Settings and texts of the house; a new owner is led through them step by step."""

from __future__ import annotations

from urllib.parse import quote

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import house as actions
from echo.config.choice import Choice, choices, value
from echo.errors import Invalid, NotFound
from echo.http.params import Params
from echo.policy.deeds import NEEDED
from echo.policy.roles import Permission
from echo.store import chosen_settings, house_texts
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, login, show_staff, staff_page

blueprint = Blueprint("house_pages", __name__)
PATH, TEXTS = "/admin/settings", "/admin/texts"
NOTICES = {
    "chosen": "Saved. In a few seconds it counts everywhere.",
    "dropped": "The configuration file decides again.",
    "written": "The text is saved.",
    "gone": "The text is gone.",
}
TITLES = {
    "instance": "What this server is called",
    "registrations": "Who may sign up",
    "timelines": "Who may read timelines",
}
# The first three things that a new owner chooses, in order.
STEPS = ("instance", "registrations", "rules.md")
PURPOSES = {
    "about.md": "More about this server",
    "privacy.md": "Privacy policy; without a text of yours, one that says what this software does",
    "rules.md": "House rules: a list, one rule in each line; indented lines are hints",
}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_SETTINGS)
async def show() -> Response:
    """What can be chosen while the server runs; with `step` one matter after the other."""
    return await _settings({})


@blueprint.post(PATH)
@staff_page(Permission.MANAGE_SETTINGS)
async def choose() -> Response:
    """Save the settings of one section, or let the configuration file decide about it again."""
    given = await visitor.read_form()
    section = given.text("section", "")
    mine = [choice for choice in choices() if choice.section == section]
    if not mine:
        raise NotFound
    if given.text("do", "") == "drop":
        await actions.choose(await by(), {choice.name: None for choice in mine})
        return done_at(PATH, "dropped")
    wanted = {choice.name: _read(given, choice) for choice in mine}
    configured = settings.configured()
    # What is as the file says goes on following the file.
    changed = {
        choice.name: None if wanted[choice.name] == value(configured, choice) else wanted[choice.name]
        for choice in mine
    }
    try:
        await actions.choose(await by(), changed)
    except Invalid as error:
        return await _settings(wanted, bad=error.public)
    return _next(section) or done_at(PATH, "chosen")


@blueprint.get(TEXTS)
@staff_page(Permission.MANAGE_RULES)
async def texts() -> Response:
    """The texts of the house; `name` leads to one that is not there yet: terms, rules in a language."""
    name = request.args.get("name", "").strip()
    if house_texts.may_be(name):
        return visitor.redirect(f"{TEXTS}/{quote(name)}")
    return await show_staff(
        "texts.html",
        title="Rules and texts",
        notices=NOTICES,
        bad="A text is called terms-2026-01-31.md or rules.de.md." if name else "",
        sources=[source for source in house_texts.sources() if await _may_write(source.name)],
        purposes=PURPOSES,
    )


@blueprint.get(f"{TEXTS}/<name>")
@staff_page(Permission.MANAGE_RULES)
async def text(name: str) -> Response:
    """One of them, to write."""
    if not house_texts.may_be(name) or not await _may_write(name):
        raise NotFound
    return await _text(name, house_texts.source(name).markdown)


@blueprint.post(f"{TEXTS}/<name>")
@staff_page(Permission.MANAGE_RULES)
async def write(name: str) -> Response:
    """Save one; an empty one is taken away."""
    given = await visitor.read_form()
    if not house_texts.may_be(name) or not await _may_write(name):
        raise NotFound
    markdown = given.text("markdown", "").replace("\r\n", "\n")
    try:
        await actions.write_text(await by(), name, markdown)
    except Invalid as error:
        return await _text(name, markdown, bad=error.public)
    return _next(name) or done_at(TEXTS, "written" if markdown.strip() else "gone")


async def _settings(kept: dict[str, object], *, bad: str = "") -> Response:
    chosen = await chosen_settings.load()
    configured = settings.configured()
    step = _step()
    shown = STEPS[step - 1] if 0 < step <= 2 else ""
    sections: dict[str, list[tuple[Choice, object, bool]]] = {}
    for choice in choices():
        if not shown or choice.section == shown:
            now = kept.get(choice.name, chosen.get(choice.name, value(configured, choice)))
            sections.setdefault(choice.section, []).append((choice, now, choice.name in chosen))
    return await show_staff(
        "settings.html",
        title="Welcome: set up your server" if shown else "Settings",
        notices=NOTICES,
        bad=bad,
        sections=sections,
        titles=TITLES,
        step=step if shown else 0,
        steps=len(STEPS),
    )


async def _text(name: str, markdown: str, *, bad: str = "") -> Response:
    return await show_staff(
        "text.html",
        title=name,
        bad=bad,
        name=name,
        markdown=markdown,
        purpose=PURPOSES.get(name, ""),
        step=_step(),
        steps=len(STEPS),
        characters=actions.TEXT_CHARACTERS,
    )


async def _may_write(name: str) -> bool:
    return (await login()).seat.may(NEEDED[actions.deed_of(name)])


def _step() -> int:
    asked = request.args.get("step", "")
    return int(asked) if asked in {"1", "2", "3"} else 0


def _next(done: str) -> Response | None:
    """The step after this one, for somebody who is led through them."""
    step = _step()
    if not step or STEPS[step - 1] != done:
        return None
    if step == 1:
        return visitor.redirect(f"{PATH}?step=2")
    return visitor.redirect(f"{TEXTS}/rules.md?step=3" if step == 2 else "/account?done=owner")


def _read(given: Params, choice: Choice) -> object:
    if choice.kind == "flag":
        return given.boolean(choice.name, default=False)
    text = given.text(choice.name, "").strip()
    if choice.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if choice.kind == "number":
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    return text
