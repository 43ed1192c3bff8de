"""What an app does to get a token, for tests."""

from __future__ import annotations

from quart.typing import TestClientProtocol as Client

from tests.actions import people
from tests.actions.people import REDIRECT

JSON = "application/json"


async def answered(client: Client, method: str, path: str, **more: object) -> tuple[int, object]:
    response = await client.open(path, method=method, **more)  # type: ignore[arg-type]
    assert response.content_type is not None
    assert response.content_type.startswith(JSON)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return response.status_code, await response.get_json()


async def registered(client: Client, **changes: object) -> dict[str, str]:
    values: dict[str, object] = {
        "client_name": "App",
        "redirect_uris": REDIRECT,
        "scopes": "read write",
        "website": "https://app.test",
    }
    status, app = await answered(client, "POST", "/api/v1/apps", json=values | changes)
    assert status == 200, app
    assert isinstance(app, dict)
    return app


def credentials(app: dict[str, str]) -> dict[str, str]:
    return {"client_id": app["client_id"], "client_secret": app["client_secret"]}


async def code_of(app: dict[str, str], **changes: str) -> str:
    user = await people.person()
    client = await people.find_client(app["client_id"])
    return await people.code_for(user, client, **changes)
