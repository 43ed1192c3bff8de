"""What those who run the server change of the house through the API."""

from __future__ import annotations

import io

import pytest
from quart.datastructures import FileStorage

from echo import settings
from echo.kinds import Role
from echo.runtime import Runtime
from tests import make
from tests.actions import people
from tests.api.asking import Api
from tests.make import Person
from tests.media import pictures

pytestmark = pytest.mark.usefixtures("runtime")
BASE = "/api/v1/echo/admin"


async def root() -> Person:
    return await make.with_scopes(await make.person(role=Role.ADMIN), "admin:read", "admin:write", "read")


async def test_announcements_are_written_published_and_deleted(api: Api) -> None:
    boss = await root()
    draft = (await api.post(f"{BASE}/announcements", by=boss, json={"text": "Tea at **five**"})).json
    assert (draft["published_at"], draft["text"]) == (None, "Tea at **five**")
    one = f"{BASE}/announcements/{draft['id']}"
    changed = await api.patch(one, by=boss, json={"text": "Tea at six", "ends_at": "2031-01-01T17:00:00Z"})
    assert changed.json["ends_at"] == "2031-01-01T17:00:00.000Z"
    assert (await api.get("/api/v1/announcements", by=boss)).json == []
    assert (await api.post(f"{one}/publish", by=boss)).json["published_at"] is not None
    [shown] = (await api.get("/api/v1/announcements", by=boss)).json
    assert "Tea at six" in shown["content"]
    assert (await api.post(f"{one}/unpublish", by=boss)).json["published_at"] is None
    for moment in ("soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        await api.patch(one, by=boss, json={"starts_at": moment}, expect=422)
    await api.delete(one, by=boss)
    assert (await api.get(f"{BASE}/announcements", by=boss)).json == []
    await api.post(f"{one}/publish", by=boss, expect=404)
    deeds = [row["deed"] for row in (await api.get(f"{BASE}/audit", by=boss)).json]
    assert deeds == ["announcement.delete", *["announcement.change"] * 3, "announcement.create"]


async def test_emojis_are_taken_in_changed_and_taken_away(api: Api) -> None:
    boss = await root()
    picture = pictures.png(20, 20, "RGBA")

    def sent() -> dict[str, FileStorage]:
        return {"image": FileStorage(io.BytesIO(picture), filename="wave.png")}

    made = await api.post(f"{BASE}/custom_emojis", by=boss, form={"shortcode": "wave"}, files=sent())
    assert (made.json["shortcode"], made.json["visible_in_picker"]) == ("wave", True)
    await api.post(f"{BASE}/custom_emojis", by=boss, form={"shortcode": "wave"}, files=sent(), expect=422)
    await api.post(f"{BASE}/custom_emojis", by=boss, form={"shortcode": "wave"}, expect=422)
    hidden = await api.patch(
        f"{BASE}/custom_emojis/wave", by=boss, json={"visible_in_picker": False, "category": "hands"}
    )
    assert (hidden.json["visible_in_picker"], hidden.json["category"]) == (False, "hands")
    assert (await api.get("/api/v1/custom_emojis")).json == []
    await api.delete(f"{BASE}/custom_emojis/wave", by=boss)
    await api.delete(f"{BASE}/custom_emojis/wave", by=boss, expect=404)
    assert (await api.get(f"{BASE}/custom_emojis", by=boss)).json == []


async def test_relays_are_asked_and_left(api: Api) -> None:
    boss = await root()
    address = "https://relay.test/inbox"
    made = (await api.post(f"{BASE}/relays", by=boss, json={"address": address})).json
    assert (made["inbox"], made["state"], made["style"]) == (address, "pending", "mastodon")
    await api.post(f"{BASE}/relays", by=boss, json={"address": address}, expect=422)
    await api.post(f"{BASE}/relays", by=boss, json={"address": "nowhere"}, expect=422)
    assert len((await api.get(f"{BASE}/relays", by=boss)).json) == 1
    await api.delete(f"{BASE}/relays/{made['id']}", by=boss)
    await api.delete(f"{BASE}/relays/{made['id']}", by=boss, expect=404)


async def test_settings_are_chosen_and_counted_in_a_running_process(api: Api, runtime: Runtime) -> None:
    boss = await root()
    names = [row["name"] for row in (await api.get(f"{BASE}/settings", by=boss)).json]
    assert {"instance.title", "registrations.mode", "timelines.live_local"} <= set(names)
    wanted = {"instance.title": "The Teapot", "registrations.mode": "open", "instance.languages": ["de"]}
    shown = (await api.patch(f"{BASE}/settings", by=boss, json=wanted)).json
    by_name = {row["name"]: row for row in shown}
    assert (by_name["instance.title"]["value"], by_name["instance.title"]["configured"]) == (
        "The Teapot", "Echo test",
    )  # fmt: skip
    await runtime.choose()
    instance = (await api.get("/api/v2/instance")).json
    assert (instance["title"], instance["registrations"]["enabled"]) == ("The Teapot", True)
    for wrong in (
        {"registrations.mode": "maybe"},
        {"registrations.min_age": 400},
        {"server.port": 1},
        {"instance.title": 5},
        {"instance.title": " "},
        {"instance.title": "x" * 3000},
    ):
        await api.patch(f"{BASE}/settings", by=boss, json=wrong, expect=422)
    await api.patch(f"{BASE}/settings", by=boss, data=b"[1", expect=422)
    await api.patch(f"{BASE}/settings", by=boss, json={"instance.title": None})
    await runtime.choose()
    runtime.bind()
    assert settings.here().instance.title == "Echo test"
    assert settings.here().registrations.mode == "open"


async def test_texts_are_written_and_taken_away(api: Api, runtime: Runtime, tmp_path: object) -> None:
    people.configure(runtime, instance={"texts": f"{tmp_path}/texts"})
    boss = await root()
    names = [row["name"] for row in (await api.get(f"{BASE}/texts", by=boss)).json]
    assert names == ["about.md", "privacy.md", "rules.md"]
    written = await api.put(f"{BASE}/texts/rules.md", by=boss, json={"markdown": "- Be kind\n- Be brief\n"})
    assert written.json["updated_at"] is not None
    assert [rule["text"] for rule in (await api.get("/api/v1/instance/rules")).json] == [
        "Be kind",
        "Be brief",
    ]
    for wrong in ("../rules.md", "terms-2026-02-31.md", "else.md", "rules.md.new"):
        await api.put(f"{BASE}/texts/{wrong}", by=boss, json={"markdown": "x"}, expect=404)
    await api.put(f"{BASE}/texts/rules.md", by=boss, json={"markdown": " "})
    assert (await api.get("/api/v1/instance/rules")).json == []
