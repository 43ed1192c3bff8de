"""What kind of house this server is: its settings and its texts, changed while it runs."""

from __future__ import annotations

from collections.abc import Mapping

from echo import cache, db
from echo.actions.staff import NothingToDo, Target, acting
from echo.config.choice import checked, choices
from echo.errors import Invalid, NotFound
from echo.policy.deeds import Deed
from echo.policy.house_rules import numbers
from echo.policy.roles import Staff
from echo.store import chosen_settings, house_rules, house_texts

TEXT_CHARACTERS = 200_000


async def choose(by: Staff, wanted: Mapping[str, object]) -> None:
    """Choose settings; None lets the configuration file decide again. All of them, or none.

    Shapes:  wanted: {section.key: value}
    Raises:  Invalid for a name that cannot be chosen, or a value that cannot be; Forbidden
    """
    known = {choice.name: choice for choice in choices()}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise Invalid(f"Validation failed: {unknown[0]} cannot be chosen")
    read = {name: None if given is None else checked(known[name], given) for name, given in wanted.items()}
    now = await chosen_settings.load()
    read = {name: value for name, value in read.items() if now.get(name) != value}
    target = Target("settings", "", ", ".join(sorted(read)))
    async with acting(by, Deed.SETTINGS_CHANGE, on=target, details=dict(read)):
        if not read:
            raise NothingToDo
        for name, value in read.items():
            if value is None:
                await chosen_settings.drop(name)
            else:
                await chosen_settings.put(name, value)


async def write_text(by: Staff, name: str, markdown: str) -> None:
    """Write a text of the house; an empty one takes it away.

    Shapes:  name: about.md, privacy.md, rules.md, rules.de.md, terms-2026-01-31.md
    Raises:  NotFound for another name; Invalid; Forbidden
    """
    if not house_texts.may_be(name):
        raise NotFound
    if len(markdown) > TEXT_CHARACTERS:
        raise Invalid(f"Validation failed: Text is too long (maximum is {TEXT_CHARACTERS} characters)")
    async with acting(
        by, deed_of(name), on=Target("text", name, name), details={"characters": len(markdown)}
    ):
        if house_texts.source(name).markdown == (markdown if markdown.strip() else ""):
            raise NothingToDo
        # Before, too: whoever reads the rules as they are has numbers for them.
        await number_rules()
        house_texts.write(name, markdown)
        await number_rules()


def deed_of(name: str) -> Deed:
    """What it is to write this text."""
    return Deed.RULE_CHANGE if name.startswith("rules") else Deed.TEXT_CHANGE


async def number_rules() -> None:
    """Keep which number each house rule has; done twice, nothing changes. Files may be changed by hand."""
    async with db.unit_of_work():
        await house_rules.lock()
        texts = [rule.text for rule, _ in house_texts.rules()]
        await house_rules.keep(numbers(await house_rules.known(), texts), texts)
    cache.memory().forget("house rules", lambda _: True)
