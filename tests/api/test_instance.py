"""What the server says about itself, and the routes that have nothing to say yet."""

from __future__ import annotations

import pytest

from echo import cache, settings
from echo.kinds import Role
from tests import make
from tests.api.asking import Api


async def test_instance_of_an_empty_server(api: Api) -> None:
    two = (await api.get("/api/v2/instance")).one("Instance")
    assert (two["domain"], two["title"], two["contact"]["account"]) == ("echo.test", "Echo test", None)
    assert two["usage"]["users"]["active_month"] == 0
    one = (await api.get("/api/v1/instance")).one("V1Instance")
    assert (one["uri"], one["contact_account"]) == ("echo.test", None)
    assert one["stats"] == {"user_count": 0, "status_count": 0, "domain_count": 0}


async def test_instance_of_a_server_in_use(api: Api) -> None:
    owner = await make.person("boss", role=Role.OWNER)
    await make.post(owner)
    await make.remote_post(await make.stranger())
    assert (await api.get("/api/v2/instance")).json["usage"]["users"]["active_month"] == 0
    await api.get("/api/v1/preferences", by=owner)
    cache.memory().forget("usage", lambda _: True)  # else it may be a minute old
    two = (await api.get("/api/v2/instance")).one("Instance")
    assert two["contact"]["account"]["acct"] == "boss"
    assert two["usage"]["users"]["active_month"] == 1
    one = (await api.get("/api/v1/instance")).one("V1Instance")
    assert one["stats"] == {"user_count": 1, "status_count": 1, "domain_count": 1}
    assert (await api.get("/api/v1/instance/peers")).json == ["peer.test"]


async def test_both_versions_say_the_same(api: Api) -> None:
    two = (await api.get("/api/v2/instance")).json
    one = (await api.get("/api/v1/instance")).json
    for name in ("title", "version", "languages", "rules", "description"):
        assert one[name] == two[name]
    for name, values in one["configuration"].items():
        assert values == two["configuration"][name]
    assert one["urls"]["streaming_api"] == two["configuration"]["urls"]["streaming"] == "wss://echo.test"
    assert isinstance(two["api_versions"]["mastodon"], int)
    assert two["version"].startswith("4.")
    assert (one["configuration"]["statuses"]["max_characters"]) == settings.here().limits.post_characters


async def test_over_localhost_streaming_is_there_too(api: Api) -> None:
    answer = await api.ask("GET", "/api/v2/instance", headers={"Host": "localhost:3000"})
    assert answer.one("Instance")["configuration"]["urls"]["streaming"] == "ws://localhost:3000"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/instance/rules", []),
        ("/api/v1/instance/peers", []),
        ("/api/v1/instance/translation_languages", {}),
        ("/api/v1/custom_emojis", []),
    ],
)
async def test_what_is_empty_on_a_new_server(api: Api, path: str, expected: object) -> None:
    assert (await api.get(path)).json == expected


async def test_extended_description_and_languages(api: Api) -> None:
    (await api.get("/api/v1/instance/extended_description")).one("ExtendedDescription")
    languages = (await api.get("/api/v1/instance/languages")).json
    assert {"code": "de", "name": "German"} in [
        {"code": one["code"], "name": one["name"]} for one in languages
    ] or len(languages) > 50
    assert all(set(one) == {"code", "name"} for one in languages)


async def test_no_push_subscription_is_a_404(api: Api) -> None:
    await api.get("/api/v1/push/subscription", by=await make.person(), expect=404)
