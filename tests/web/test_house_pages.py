"""The pages on which the house is changed."""

from __future__ import annotations

from pathlib import Path

from echo.kinds import Role
from echo.models import Announcement, Relay
from echo.runtime import Runtime
from echo.store import chosen_settings
from tests.actions import people
from tests.actions.people import PASSWORD
from tests.web.browser import Browser


async def test_a_new_owner_is_led_through_the_first_settings(
    browser: Browser, runtime: Runtime, tmp_path: Path
) -> None:
    people.configure(runtime, instance={"texts": str(tmp_path / "texts")})
    await people.person("root", role=Role.OWNER)
    await browser.log_in("root", PASSWORD)
    first = await browser.get("/admin/settings?step=1")
    assert "Step 1 of 3" in first.text
    form = first.form("/admin/settings")
    answer = await browser.submit(form, **{"instance.title": "The Teapot", "do": "choose"})
    assert answer.location == "/admin/settings?step=2"
    second = await browser.get("/admin/settings?step=2")
    form = second.form("/admin/settings")
    answer = await browser.submit(form, **{"registrations.mode": "approval", "do": "choose"})
    assert answer.location == "/admin/texts/rules.md?step=3"
    third = await browser.get("/admin/texts/rules.md?step=3")
    answer = await browser.submit(third.form("/admin/texts/rules.md"), markdown="- Be kind\r\n")
    assert answer.location == "/account?done=owner"
    assert (tmp_path / "texts" / "rules.md").read_text() == "- Be kind\n"
    chosen = await chosen_settings.load()
    assert (chosen["instance.title"], chosen["registrations.mode"]) == ("The Teapot", "approval")
    assert "instance.description" not in chosen, "what is as the file says follows the file"
    page = await browser.get("/admin/settings")
    wrong = await browser.submit(page.forms[2], **{"registrations.min_age": "old", "do": "choose"})
    assert wrong.status == 422
    assert 'value="old"' in wrong.text
    dropped = await browser.submit(page.forms[1], do="drop")
    assert dropped.location == "/admin/settings?done=dropped"
    texts = await browser.get("/admin/texts")
    assert 'href="/admin/texts/rules.md"' in texts.text
    assert (await browser.get("/admin/texts?name=nonsense")).status == 422
    terms = await browser.get("/admin/texts?name=terms-2030-01-01.md")
    assert terms.location == "/admin/texts/terms-2030-01-01.md"
    assert (await browser.get("/admin/texts/nonsense")).status == 404


async def test_announcements_relays_and_emojis_have_pages(browser: Browser) -> None:
    await people.person("root", role=Role.ADMIN)
    await browser.log_in("root", PASSWORD)
    page = await browser.get("/admin/announcements")
    form = page.form("/admin/announcements")
    assert (await browser.submit(form, text="", do="publish")).status == 422
    kept = await browser.submit(form, text="Tea", starts_at="when", do="publish")
    assert ">Tea</textarea>" in kept.text
    told = await browser.submit(form, text="Tea at <five>", ends_at="2031-02-03T17:00", do="publish")
    assert told.location == "/admin/announcements?done=told"
    made = await Announcement.get()
    one = f"/admin/announcements/{made.id}"
    page = await browser.get(one)
    assert 'value="2031-02-03T17:00"' in page.text
    assert "Tea at &lt;five&gt;" in page.text
    assert (await browser.submit(page.form(one), text="Tea at six", do="edit")).status == 303
    assert (await browser.submit(page.form(one), do="withdraw")).location.endswith("done=withdrawn")
    assert (await browser.submit(page.form(one), do="remove")).location.endswith("done=removed")
    assert (await browser.get(one)).status == 404
    page = await browser.get("/admin/relays")
    form = page.form("/admin/relays")
    assert (await browser.submit(form, address="nowhere")).status == 422
    asked = await browser.submit(form, address="https://relay.test/inbox")
    assert asked.location == "/admin/relays?done=asked"
    relay = await Relay.get()
    assert "asked" in (await browser.get("/admin/relays")).text
    assert (await browser.submit(form, leave=str(relay.id))).location == "/admin/relays?done=left"
    page = await browser.get("/admin/emojis")
    assert "There is none yet." in page.text
    empty = await browser.submit(page.form("/admin/emojis"), shortcode="wave")
    assert "Choose a picture." in empty.text
