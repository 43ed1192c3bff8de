"""Bodies through the whole server: what is read slowly arrives whole, what nobody reads holds nothing up."""

from __future__ import annotations

import asyncio

from quart import Quart, request

from echo.http.exchange import Exchange, PacedRequest
from echo.server.door import Door, open_listener
from echo.server.serving import Serving
from tests.server.conftest import SHORT

BODY = bytes(range(256)) * 20_000


def create_app() -> Quart:
    app = Quart(__name__)
    app.config["MAX_CONTENT_LENGTH"] = None
    app.asgi_http_class, app.request_class = Exchange, PacedRequest

    @app.post("/read")
    async def read() -> str:
        await asyncio.sleep(0.1)
        return str(b"".join([piece async for piece in request.body]) == BODY)

    @app.post("/refuse")
    async def refuse() -> tuple[str, int]:
        await asyncio.sleep(0.1)
        return "no", 403

    return app


async def test_s_f13_a_large_body_waits_for_its_reader_and_loses_nothing() -> None:
    serving = Serving(create_app(), SHORT)
    await serving.start()
    with open_listener("127.0.0.1", 0) as listener:
        door = Door(listener, serving.welcome)
        door.open()
        port = listener.getsockname()[1]

        async def send(path: str) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(BODY)}\r\n\r\n"
            writer.write(head.encode() + BODY)
            answer = await asyncio.wait_for(reader.read(), 60)
            writer.close()
            return answer

        read, refused = await asyncio.gather(send("/read"), send("/refuse"))
        door.close()
    await serving.stop()
    assert read.startswith(b"HTTP/1.1 200")
    assert read.endswith(b"True")
    assert refused.startswith(b"HTTP/1.1 403")
    assert serving.count == 0
